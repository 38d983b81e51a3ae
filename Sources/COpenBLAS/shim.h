// OpenBLAS's C interface, as Swift sees it.
#pragma once
#include <cblas.h>
