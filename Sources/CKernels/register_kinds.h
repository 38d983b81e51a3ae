// Includes KERNEL_TEXT, a header's name, once for each kind of vector register, with
//   NAME(x)     the name of this kind's x
//   ATTRIBUTES  of its functions
//   LANES       numbers in a vector
//   PANEL       numbers in a panel's row, whole vectors
//   MOST_ROWS   rows whose sums, a panel's row each, stay in registers beside it
// CHOSEN(x) of kernel_clones.h is then the x of the kind that the processor has.
#include "kernel_clones.h"
#include "panel_widths.h"

#define NAME(x) plain_##x
#define ATTRIBUTES
#define LANES 8
#define PANEL NARROW_PANEL
#define MOST_ROWS 4
#include KERNEL_TEXT
#undef NAME
#undef ATTRIBUTES

#if LEVELS_OF_X86
#define NAME(x) narrow_##x
#define ATTRIBUTES NARROW
#include KERNEL_TEXT
#undef NAME
#undef ATTRIBUTES
#undef LANES
#undef PANEL
#undef MOST_ROWS

#define NAME(x) wide_##x
#define ATTRIBUTES WIDE
#define LANES 16
#define PANEL WIDE_PANEL
#define MOST_ROWS 8
#include KERNEL_TEXT
#undef NAME
#undef ATTRIBUTES
#endif

#undef LANES
#undef PANEL
#undef MOST_ROWS
#undef KERNEL_TEXT
