"""What is true: plain values in, plain values or a refusal out."""
