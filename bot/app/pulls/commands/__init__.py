"""Commands and buttons: what was meant, who may, and what is answered."""
