"""Deliveries of webhooks: kept before they are answered, worked off afterwards."""

from bot.app.hooks.ports import Delivery, DeliveryState, Inbox

__all__ = ["Delivery", "DeliveryState", "Inbox"]
