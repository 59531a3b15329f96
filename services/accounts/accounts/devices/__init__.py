"""What users watch with, as it was told."""
