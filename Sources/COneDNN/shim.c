#include "COneDNN.h"

#if defined(__linux__) && defined(__x86_64__) && __has_include(<oneapi/dnnl/dnnl.h>)
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// The functions in use, found in the library by their names.
#define COMMON_FUNCTIONS(F) \
  F(dnnl_engine_create) F(dnnl_stream_create) F(dnnl_stream_destroy) F(dnnl_memory_create) \
  F(dnnl_memory_destroy) F(dnnl_memory_desc_get_size) F(dnnl_primitive_attr_create) \
  F(dnnl_primitive_attr_destroy) F(dnnl_primitive_attr_set_post_ops) \
  F(dnnl_primitive_attr_set_scratchpad_mode) F(dnnl_post_ops_create) F(dnnl_post_ops_append_sum) \
  F(dnnl_post_ops_destroy) F(dnnl_primitive_desc_query_md) F(dnnl_primitive_desc_destroy) \
  F(dnnl_primitive_create) F(dnnl_primitive_execute) F(dnnl_primitive_destroy) \
  F(dnnl_reorder_primitive_desc_create)
#if DNNL_VERSION_MAJOR >= 3
#define FUNCTIONS(F) \
  COMMON_FUNCTIONS(F) F(dnnl_memory_desc_create_with_strides) F(dnnl_memory_desc_create_with_tag) \
  F(dnnl_memory_desc_clone) F(dnnl_memory_desc_destroy) F(dnnl_matmul_primitive_desc_create)
#else
#define FUNCTIONS(F) \
  COMMON_FUNCTIONS(F) F(dnnl_memory_desc_init_by_strides) F(dnnl_memory_desc_init_by_tag) \
  F(dnnl_matmul_desc_init) F(dnnl_primitive_desc_create)
#endif

static struct {
  int is_available;
  dnnl_engine_t engine;
  // OpenMP's, where the library is built with it: its threads would fight those that call.
  void (*set_thread_count)(int);
#define MEMBER(name) __typeof__(name) *name;
  FUNCTIONS(MEMBER)
#undef MEMBER
} library;

// Memory that a thread's products work in; it stays with the thread, since fetching it from the system costs more than a product.
typedef struct {
  void *memory;
  size_t size;
} workspace;

static pthread_key_t workspace_key;

static void forget_workspace(void *space) {
  free(((workspace *)space)->memory);
  free(space);
}

static void *allocate(size_t bytes) { return aligned_alloc(64, (bytes / 64 + 1) * 64); }

// At least so many bytes, whose contents are of the thread's last product.
static void *workspace_of_thread(size_t bytes) {
  workspace *space = pthread_getspecific(workspace_key);
  if (!space) {
    space = calloc(1, sizeof *space);
    if (!space || pthread_setspecific(workspace_key, space)) {
      free(space);
      return NULL;
    }
  }
  if (space->size < bytes || !space->memory) {
    free(space->memory);
    space->memory = allocate(bytes);
    space->size = space->memory ? bytes : 0;
  }
  return space->memory;
}

static void load(void) {
  if (!__builtin_cpu_supports("avx512bf16")) return;
#define TEXT(number) #number
#define LIBRARY_NAME(major) "libdnnl.so." TEXT(major)
  void *handle = dlopen(LIBRARY_NAME(DNNL_VERSION_MAJOR), RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
#define FIND(name) \
  library.name = (__typeof__(name) *)dlsym(handle, #name); \
  if (!library.name) return;
  FUNCTIONS(FIND)
#undef FIND
  library.set_thread_count = (void (*)(int))dlsym(handle, "omp_set_num_threads");
  if (pthread_key_create(&workspace_key, forget_workspace)) return;
  if (library.dnnl_engine_create(&library.engine, dnnl_cpu, 0) != dnnl_success) return;
  library.is_available = 1;
}

static pthread_once_t loading = PTHREAD_ONCE_INIT;

int onednn_is_built_in(void) { return 1; }

int onednn_is_available(void) {
  pthread_once(&loading, load);
  return library.is_available;
}

// Descriptions of memory, which are values in version 2 and objects later.
typedef dnnl_memory_desc_t description;
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t described;
#define DESCRIBED(d) (d)
#define NO_DESCRIPTION NULL
#define DESCRIBE_BY_STRIDES library.dnnl_memory_desc_create_with_strides
#define DESCRIBE_BY_TAG library.dnnl_memory_desc_create_with_tag
static int describe_alike(description *d, described other) {
  return library.dnnl_memory_desc_clone(d, other);
}
static void forget(description *d) {
  if (*d) library.dnnl_memory_desc_destroy(*d);
  *d = NULL;
}
#else
typedef const dnnl_memory_desc_t *described;
#define DESCRIBED(d) (&(d))
#define NO_DESCRIPTION \
  { 0 }
#define DESCRIBE_BY_STRIDES library.dnnl_memory_desc_init_by_strides
#define DESCRIBE_BY_TAG library.dnnl_memory_desc_init_by_tag
static int describe_alike(description *d, described other) {
  *d = *other;
  return 0;
}
static void forget(description *d) { (void)d; }
#endif

static int describe(
    description *d, long rows, long columns, dnnl_data_type_t type, onednn_strides strides) {
  dnnl_dims_t shape = {rows, columns}, distances = {strides.row, strides.column};
  return DESCRIBE_BY_STRIDES(d, 2, shape, type, distances);
}

// In whatever layout oneDNN chooses.
static int describe_any(description *d, long rows, long columns) {
  dnnl_dims_t shape = {rows, columns};
  return DESCRIBE_BY_TAG(d, 2, shape, dnnl_bf16, dnnl_format_tag_any);
}

// A product's plan, which brings its own scratch memory so that threads can run the same plan at the same time.
static int plan(dnnl_primitive_desc_t *plan, described a, described b, described c, int accumulates) {
  dnnl_primitive_attr_t attributes = NULL;
  dnnl_post_ops_t sum = NULL;
  int status = library.dnnl_primitive_attr_create(&attributes);
  if (!status) status = library.dnnl_primitive_attr_set_scratchpad_mode(attributes, dnnl_scratchpad_mode_user);
  if (!status && accumulates) {
    status = library.dnnl_post_ops_create(&sum);
#if DNNL_VERSION_MAJOR >= 3
    if (!status) status = library.dnnl_post_ops_append_sum(sum, 1, 0, dnnl_data_type_undef);
#else
    if (!status) status = library.dnnl_post_ops_append_sum(sum, 1);
#endif
    if (!status) status = library.dnnl_primitive_attr_set_post_ops(attributes, sum);
  }
#if DNNL_VERSION_MAJOR >= 3
  if (!status) status = library.dnnl_matmul_primitive_desc_create(plan, library.engine, a, b, NULL, c, attributes);
#else
  dnnl_matmul_desc_t product;
  if (!status) status = library.dnnl_matmul_desc_init(&product, a, b, NULL, c);
  if (!status) status = library.dnnl_primitive_desc_create(plan, &product, attributes, library.engine, NULL);
#endif
  if (sum) library.dnnl_post_ops_destroy(sum);
  if (attributes) library.dnnl_primitive_attr_destroy(attributes);
  return status;
}

// What a primitive works on, at most: source, weights, destination and scratch memory.
#define MOST_ARGUMENTS 4
typedef struct {
  int name;
  described shape;
  void *memory;
} argument;

// Runs a primitive on the calling thread.
static int run(dnnl_primitive_t primitive, const argument *arguments, int count) {
  dnnl_exec_arg_t passed[MOST_ARGUMENTS] = {{0, NULL}};
  dnnl_stream_t stream = NULL;
  if (library.set_thread_count) library.set_thread_count(1);
  int status = library.dnnl_stream_create(&stream, library.engine, dnnl_stream_default_flags);
  for (int i = 0; i < count && !status; i++) {
    passed[i].arg = arguments[i].name;
    status = library.dnnl_memory_create(
        &passed[i].memory, arguments[i].shape, library.engine, arguments[i].memory);
  }
  // A processor's stream is done when this returns.
  if (!status) status = library.dnnl_primitive_execute(primitive, stream, count, passed);
  for (int i = 0; i < count; i++)
    if (passed[i].memory) library.dnnl_memory_destroy(passed[i].memory);
  if (stream) library.dnnl_stream_destroy(stream);
  return status;
}

// A product's primitive, in the thread's workspace.
static int run_product(
    dnnl_primitive_desc_t product, dnnl_primitive_t primitive, described a_shape, const void *a,
    described b_shape, const void *b, described c_shape, void *c) {
  described scratch = library.dnnl_primitive_desc_query_md(product, dnnl_query_scratchpad_md, 0);
  void *memory = workspace_of_thread(library.dnnl_memory_desc_get_size(scratch));
  if (!memory) return dnnl_out_of_memory;
  const argument arguments[] = {
      {DNNL_ARG_SRC, a_shape, (void *)a},
      {DNNL_ARG_WEIGHTS, b_shape, (void *)b},
      {DNNL_ARG_DST, c_shape, c},
      {DNNL_ARG_SCRATCHPAD, scratch, memory}};
  return run(primitive, arguments, 4);
}

int onednn_product(
    const uint16_t *a, onednn_strides a_strides, const uint16_t *b, onednn_strides b_strides,
    float *c, long c_stride, long m, long n, long k, int accumulates) {
  description a_shape = NO_DESCRIPTION, b_shape = NO_DESCRIPTION, c_shape = NO_DESCRIPTION;
  dnnl_primitive_desc_t product = NULL;
  dnnl_primitive_t primitive = NULL;
  if (!onednn_is_available()) return dnnl_unimplemented;
  int status = describe(&a_shape, m, k, dnnl_bf16, a_strides);
  if (!status) status = describe(&b_shape, k, n, dnnl_bf16, b_strides);
  if (!status) status = describe(&c_shape, m, n, dnnl_f32, (onednn_strides){c_stride, 1});
  if (!status) status = plan(&product, DESCRIBED(a_shape), DESCRIBED(b_shape), DESCRIBED(c_shape), accumulates);
  // oneDNN keeps primitives of shapes that it has met, so that this is cheap.
  if (!status) status = library.dnnl_primitive_create(&primitive, product);
  if (!status)
    status = run_product(
        product, primitive, DESCRIBED(a_shape), a, DESCRIBED(b_shape), b, DESCRIBED(c_shape), c);
  if (primitive) library.dnnl_primitive_destroy(primitive);
  if (product) library.dnnl_primitive_desc_destroy(product);
  forget(&a_shape);
  forget(&b_shape);
  forget(&c_shape);
  return status;
}

struct onednn_weight {
  long outputs, inputs;
  description x_shape, shape, y_shape;
  dnnl_primitive_desc_t product;
  dnnl_primitive_t primitive;
  void *memory;
};

// Chooses the layout, moves the weight into it, and makes the product of one block of rows ready.
static int pack(onednn_weight *weight, const uint16_t *w, long stride) {
  const long rows = ONEDNN_BLOCK_ROWS, outputs = weight->outputs, inputs = weight->inputs;
  description any = NO_DESCRIPTION, given = NO_DESCRIPTION;
  dnnl_primitive_desc_t reorder = NULL;
  int status = describe_any(&any, inputs, outputs);
  if (!status) status = describe(&weight->x_shape, rows, inputs, dnnl_bf16, (onednn_strides){inputs, 1});
  if (!status) status = describe(&weight->y_shape, rows, outputs, dnnl_f32, (onednn_strides){outputs, 1});
  if (!status)
    status = plan(
        &weight->product, DESCRIBED(weight->x_shape), DESCRIBED(any), DESCRIBED(weight->y_shape), 0);
  if (!status) status = library.dnnl_primitive_create(&weight->primitive, weight->product);
  if (!status)
    status = describe_alike(
        &weight->shape,
        library.dnnl_primitive_desc_query_md(weight->product, dnnl_query_weights_md, 0));
  if (!status) {
    weight->memory = allocate(library.dnnl_memory_desc_get_size(DESCRIBED(weight->shape)));
    if (!weight->memory) status = dnnl_out_of_memory;
  }
  if (!status) status = describe(&given, inputs, outputs, dnnl_bf16, (onednn_strides){1, stride});
  if (!status)
    status = library.dnnl_reorder_primitive_desc_create(
        &reorder, DESCRIBED(given), library.engine, DESCRIBED(weight->shape), library.engine, NULL);
  dnnl_primitive_t move = NULL;
  if (!status) status = library.dnnl_primitive_create(&move, reorder);
  if (!status) {
    const argument arguments[] = {
        {DNNL_ARG_FROM, DESCRIBED(given), (void *)w},
        {DNNL_ARG_TO, DESCRIBED(weight->shape), weight->memory}};
    status = run(move, arguments, 2);
  }
  if (move) library.dnnl_primitive_destroy(move);
  if (reorder) library.dnnl_primitive_desc_destroy(reorder);
  forget(&any);
  forget(&given);
  return status;
}

onednn_weight *onednn_weight_pack(const uint16_t *w, long stride, long outputs, long inputs) {
  if (!onednn_is_available()) return NULL;
  onednn_weight *weight = calloc(1, sizeof *weight);
  if (!weight) return NULL;
  weight->outputs = outputs;
  weight->inputs = inputs;
  if (!pack(weight, w, stride)) return weight;
  onednn_weight_free(weight);
  return NULL;
}

void onednn_weight_free(onednn_weight *weight) {
  if (!weight) return;
  if (weight->primitive) library.dnnl_primitive_destroy(weight->primitive);
  if (weight->product) library.dnnl_primitive_desc_destroy(weight->product);
  forget(&weight->x_shape);
  forget(&weight->y_shape);
  forget(&weight->shape);
  free(weight->memory);
  free(weight);
}

int onednn_weight_multiply(
    const onednn_weight *weight, const uint16_t *x, long rows, float *y, long y_stride,
    int accumulates) {
  const long outputs = weight->outputs;
  float *block = allocate(ONEDNN_BLOCK_ROWS * outputs * sizeof(float));
  int status = block ? dnnl_success : dnnl_out_of_memory;
  for (long first = 0; first < rows && !status; first += ONEDNN_BLOCK_ROWS) {
    status = run_product(
        weight->product, weight->primitive, DESCRIBED(weight->x_shape), x + first * weight->inputs,
        DESCRIBED(weight->shape), weight->memory, DESCRIBED(weight->y_shape), block);
    const long end = rows < first + ONEDNN_BLOCK_ROWS ? rows : first + ONEDNN_BLOCK_ROWS;
    for (long row = first; row < end && !status; row++) {
      const float *from = block + (row - first) * outputs;
      float *to = y + row * y_stride;
      if (accumulates)
        for (long o = 0; o < outputs; o++) to[o] += from[o];
      else
        memcpy(to, from, outputs * sizeof(float));
    }
  }
  free(block);
  return status;
}

#else

int onednn_is_built_in(void) { return 0; }
int onednn_is_available(void) { return 0; }

int onednn_product(
    const uint16_t *a, onednn_strides a_strides, const uint16_t *b, onednn_strides b_strides,
    float *c, long c_stride, long m, long n, long k, int accumulates) {
  (void)a, (void)a_strides, (void)b, (void)b_strides, (void)c, (void)c_stride;
  (void)m, (void)n, (void)k, (void)accumulates;
  return 1;
}

onednn_weight *onednn_weight_pack(const uint16_t *w, long stride, long outputs, long inputs) {
  (void)w, (void)stride, (void)outputs, (void)inputs;
  return 0;
}

void onednn_weight_free(onednn_weight *weight) { (void)weight; }

int onednn_weight_multiply(
    const onednn_weight *weight, const uint16_t *x, long rows, float *y, long y_stride,
    int accumulates) {
  (void)weight, (void)x, (void)rows, (void)y, (void)y_stride, (void)accumulates;
  return 1;
}
#endif
