"""`seedgate serve` wired: web, intake, looks, evaluations, outbox, dispatcher."""
