// Outputs of one panel of packed weights: 16 vector registers of 8 numbers hold the sums of four rows by 24 outputs; 32 of 16 numbers
// those of eight rows by 32.
#pragma once
#define NARROW_PANEL 24
#define WIDE_PANEL 32
