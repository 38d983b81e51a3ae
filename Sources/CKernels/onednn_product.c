// Products of bfloat16 numbers by oneDNN. Its header is looked for when this is compiled, the library when it is first asked for; so
// nothing needs it.
//
// Our panels are one of its layouts, of a part of the inner numbers at a time: see bfloat16_layout.h.
#include "onednn_product.h"

#include "CKernels.h"
#include "bfloat16_layout.h"
#include "kernel_clones.h"
#include "panel_widths.h"

// Releases that have the layout of our panels.
#if LEVELS_OF_X86 && __has_include(<oneapi/dnnl/dnnl_version.h>)
#include <oneapi/dnnl/dnnl_version.h>
#define HAS_HEADER (DNNL_VERSION_MAJOR == 3 || (DNNL_VERSION_MAJOR == 2 && DNNL_VERSION_MINOR >= 3))
#else
#define HAS_HEADER 0
#endif

#if HAS_HEADER
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdlib.h>

_Static_assert(WIDE_PANEL == 32 && INNER_GROUP == 32, "panels are not those of dnnl_BA16a32b2a");

// Release 3 hands descriptions of matrices out, release 2 has them filled in.
#if DNNL_VERSION_MAJOR >= 3
#define IF_HANDED_OUT(x) x
#define GIVEN(layout) layout
#else
#define IF_HANDED_OUT(x)
#define GIVEN(layout) &layout
#endif

#define OF_ALL_RELEASES(USE) \
  USE(dnnl_engine_create) USE(dnnl_stream_create) USE(dnnl_stream_wait) USE(dnnl_stream_destroy) \
  USE(dnnl_memory_create) USE(dnnl_memory_destroy) USE(dnnl_memory_desc_get_size) USE(dnnl_post_ops_create) \
  USE(dnnl_post_ops_append_sum) USE(dnnl_post_ops_destroy) USE(dnnl_primitive_attr_create) \
  USE(dnnl_primitive_attr_set_post_ops) USE(dnnl_primitive_attr_set_scratchpad_mode) \
  USE(dnnl_primitive_attr_destroy) USE(dnnl_primitive_desc_query) USE(dnnl_primitive_desc_query_md) \
  USE(dnnl_primitive_desc_destroy) USE(dnnl_primitive_create) USE(dnnl_primitive_execute) USE(dnnl_primitive_destroy)
#if DNNL_VERSION_MAJOR >= 3
#define FUNCTIONS(USE) \
  OF_ALL_RELEASES(USE) USE(dnnl_memory_desc_create_with_tag) USE(dnnl_memory_desc_destroy) \
  USE(dnnl_matmul_primitive_desc_create)
#else
#define FUNCTIONS(USE) \
  OF_ALL_RELEASES(USE) USE(dnnl_memory_desc_init_by_tag) USE(dnnl_matmul_desc_init) USE(dnnl_primitive_desc_create)
#endif

// The library's functions, by their names.
static struct {
#define MEMBER(name) __typeof__(&name) name;
  FUNCTIONS(MEMBER)
#undef MEMBER
} lib;
// Of the OpenMP that it may have been built with: its threads are ours.
static void (*set_thread_count)(int);
static dnnl_engine_t engine;

// A product whose factors are still to come. What is NULL was not made.
typedef struct {
  dnnl_memory_desc_t left, panels, sums;
  dnnl_primitive_attr_t attributes;
  dnnl_primitive_desc_t description;
} plan;

static dnnl_status_t lay_out(dnnl_memory_desc_t *layout, long rows, long columns, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  const dnnl_dims_t shape = {rows, columns};
#if DNNL_VERSION_MAJOR >= 3
  return lib.dnnl_memory_desc_create_with_tag(layout, 2, shape, type, tag);
#else
  return lib.dnnl_memory_desc_init_by_tag(layout, 2, shape, type, tag);
#endif
}

static dnnl_status_t have_added(dnnl_primitive_attr_t attributes) {
  dnnl_post_ops_t after = NULL;
  dnnl_status_t status = lib.dnnl_post_ops_create(&after);
#if DNNL_VERSION_MAJOR >= 3
  if (!status) status = lib.dnnl_post_ops_append_sum(after, 1, 0, dnnl_data_type_undef);
#else
  if (!status) status = lib.dnnl_post_ops_append_sum(after, 1);
#endif
  if (!status) status = lib.dnnl_primitive_attr_set_post_ops(attributes, after);
  if (after) lib.dnnl_post_ops_destroy(after);
  return status;
}

static dnnl_status_t describe(plan *p) {
#if DNNL_VERSION_MAJOR >= 3
  return lib.dnnl_matmul_primitive_desc_create(
      &p->description, engine, p->left, p->panels, NULL, p->sums, p->attributes);
#else
  dnnl_matmul_desc_t product;
  const dnnl_status_t status = lib.dnnl_matmul_desc_init(&product, &p->left, &p->panels, NULL, &p->sums);
  return status ? status : lib.dnnl_primitive_desc_create(&p->description, &product, p->attributes, engine, NULL);
#endif
}

static dnnl_status_t make_plan(plan *p, long rows, long inner, long columns, int accumulates) {
  memset(p, 0, sizeof *p);
  if (set_thread_count) set_thread_count(1);
  dnnl_status_t status = lay_out(&p->left, rows, inner, dnnl_bf16, dnnl_ab);
  if (!status) status = lay_out(&p->panels, inner, columns, dnnl_bf16, dnnl_BA16a32b2a);
  if (!status) status = lay_out(&p->sums, rows, columns, dnnl_f32, dnnl_ab);
  if (!status) status = lib.dnnl_primitive_attr_create(&p->attributes);
  // Threads share what the library makes, but no memory.
  if (!status) status = lib.dnnl_primitive_attr_set_scratchpad_mode(p->attributes, dnnl_scratchpad_mode_user);
  if (!status && accumulates) status = have_added(p->attributes);
  return status ? status : describe(p);
}

static void end_plan(plan *p) {
  if (p->description) lib.dnnl_primitive_desc_destroy(p->description);
  if (p->attributes) lib.dnnl_primitive_attr_destroy(p->attributes);
  IF_HANDED_OUT(if (p->left) lib.dnnl_memory_desc_destroy(p->left));
  IF_HANDED_OUT(if (p->panels) lib.dnnl_memory_desc_destroy(p->panels));
  IF_HANDED_OUT(if (p->sums) lib.dnnl_memory_desc_destroy(p->sums));
}

static dnnl_status_t carry_out(plan *p, const uint16_t *left, const uint16_t *panels, float *c) {
  enum { ARGUMENTS = 4 };
  dnnl_exec_arg_t given[ARGUMENTS] = {
      {DNNL_ARG_SRC, NULL}, {DNNL_ARG_WEIGHTS, NULL}, {DNNL_ARG_DST, NULL}, {DNNL_ARG_SCRATCHPAD, NULL}};
  const __typeof__(lib.dnnl_primitive_desc_query_md(NULL, 0, 0)) scratch_layout =
      lib.dnnl_primitive_desc_query_md(p->description, dnnl_query_scratchpad_md, 0);
  const size_t scratch_size = lib.dnnl_memory_desc_get_size(scratch_layout);
  void *scratch = NULL;
  if (scratch_size && posix_memalign(&scratch, CACHE_LINE, scratch_size)) return dnnl_out_of_memory;
  dnnl_primitive_t product = NULL;
  dnnl_stream_t stream = NULL;
  dnnl_status_t status = lib.dnnl_primitive_create(&product, p->description);
  if (!status) status = lib.dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
  if (!status) status = lib.dnnl_memory_create(&given[0].memory, GIVEN(p->left), engine, (void *)left);
  if (!status) status = lib.dnnl_memory_create(&given[1].memory, GIVEN(p->panels), engine, (void *)panels);
  if (!status) status = lib.dnnl_memory_create(&given[2].memory, GIVEN(p->sums), engine, c);
  if (!status) status = lib.dnnl_memory_create(&given[3].memory, scratch_layout, engine, scratch);
  if (!status) status = lib.dnnl_primitive_execute(product, stream, ARGUMENTS, given);
  if (!status) status = lib.dnnl_stream_wait(stream);
  for (int i = 0; i < ARGUMENTS; i++)
    if (given[i].memory) lib.dnnl_memory_destroy(given[i].memory);
  if (stream) lib.dnnl_stream_destroy(stream);
  if (product) lib.dnnl_primitive_destroy(product);
  free(scratch);
  return status;
}

// One part of the inner numbers, where nothing has gaps.
static dnnl_status_t multiply_part(
    const uint16_t *left, long rows, long inner, const uint16_t *panels, long columns, float *c, int accumulates) {
  plan p;
  dnnl_status_t status = make_plan(&p, rows, inner, columns, accumulates);
  if (!status) status = carry_out(&p, left, panels, c);
  end_plan(&p);
  return status;
}

// Rows that are computed at a time.
#define ROW_BLOCK 256

int onednn_multiply(
    const uint16_t *left, long rows, long inner, const uint16_t *panels, long all_columns, long first, long columns,
    float *c, long c_stride, int accumulates) {
  const long part = onednn_part(inner), parts = onednn_parts(inner), width = padded_columns(columns, WIDE_PANEL);
  const long left_size = padded_rows(rows) * part, panels_size = padded_columns(all_columns, WIDE_PANEL) * part;
  // The library is slow where results have gaps between them, and sums in another order where they are few: then whole groups of rows and
  // whole panels go by way of other memory.
  const int are_whole = c_stride == width && columns == width && rows % ROW_GROUP == 0;
  float *aside = are_whole ? NULL : malloc(ROW_BLOCK * width * sizeof(float));
  if (!are_whole && !aside) return dnnl_out_of_memory;
  dnnl_status_t status = dnnl_success;
  for (long r = 0; r < rows && !status; r += ROW_BLOCK) {
    const long count = rows - r < ROW_BLOCK ? rows - r : ROW_BLOCK, whole = padded_rows(count);
    float *place = c + r * c_stride, *out = are_whole ? place : aside;
    for (long i = 0; i < count && aside && accumulates; i++)
      memcpy(aside + i * width, place + i * c_stride, columns * sizeof(float));
    for (long p = 0; p < parts && !status; p++)
      status = multiply_part(
          left + p * left_size + r * part, whole, part, panels + p * panels_size + first * part, width, out,
          accumulates || p > 0);
    for (long i = 0; i < count && aside && !status; i++)
      memcpy(place + i * c_stride, aside + i * width, columns * sizeof(float));
  }
  free(aside);
  return status;
}

// Whether the library has more than its reference, which would take minutes, for such products on this processor.
static int is_fast(void) {
  plan p;
  const char *name = NULL;
  const int is_planned = !make_plan(&p, ROW_GROUP, ONEDNN_FEWEST_INNER, WIDE_PANEL, 0) &&
                         !lib.dnnl_primitive_desc_query(p.description, dnnl_query_impl_info_str, 0, &name);
  const int result = is_planned && !strncmp(name, "brg", 3);
  end_plan(&p);
  return result;
}

static onednn_state state;

static void look_for_library(void) {
#define NAME_OF(release) "libdnnl.so." #release
#define NAME_OF_RELEASE(release) NAME_OF(release)
  void *library = dlopen(NAME_OF_RELEASE(DNNL_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
  int is_whole = library != NULL;
#define TAKE(name) is_whole = is_whole && (lib.name = (__typeof__(&name))dlsym(library, #name));
  FUNCTIONS(TAKE)
#undef TAKE
  if (!is_whole) {
    state = ONEDNN_LACKS_LIBRARY;
    return;
  }
  set_thread_count = (void (*)(int))dlsym(library, "omp_set_num_threads");
  // Panels are those of wide registers.
  const int is_ready = IS_WIDE && !lib.dnnl_engine_create(&engine, dnnl_cpu, 0) && is_fast();
  state = is_ready ? ONEDNN_LACKS_NOTHING : ONEDNN_LACKS_INSTRUCTIONS;
}

onednn_state bfloat16_onednn_state(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, look_for_library);
  return state;
}
#else
onednn_state bfloat16_onednn_state(void) { return ONEDNN_LACKS_HEADER; }

int onednn_multiply(
    const uint16_t *left, long rows, long inner, const uint16_t *panels, long all_columns, long first, long columns,
    float *c, long c_stride, int accumulates) {
  (void)left, (void)rows, (void)inner, (void)panels, (void)all_columns, (void)first, (void)columns;
  (void)c, (void)c_stride, (void)accumulates;
  return -1;
}
#endif
