# reel::static and reel::shared, from the same objects. A new source in a folder below is found by itself.

set(REEL_PUBLIC_FOLDERS core autograd autograd/ops nn nn/functional nn/utils optim data io io/onnx io/report
  io/training)

# The only directory in the include path: <reel/core/tensor.h> is spelled alike in the tree and once installed.
file(MAKE_DIRECTORY ${REEL_INCLUDE_DIR}/reel)
set(linked ${REEL_PUBLIC_FOLDERS} reel.h)
list(FILTER linked EXCLUDE REGEX /)
foreach(name IN LISTS linked)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${name} ${REEL_INCLUDE_DIR}/reel/${name} SYMBOLIC)
endforeach()

# All of reel's own objects. Position-independent, for programs as for the shared library; in that no
# function is replaced from outside, so that calls among them need not go through its table.
set(reel_objects)
function(reel_add_objects name)
  set(target reel_${name})
  add_library(${target} OBJECT ${ARGN})
  reel_configure_target(${target})
  target_include_directories(${target} PRIVATE ${REEL_INCLUDE_DIR})
  target_include_directories(${target} SYSTEM PRIVATE ${REEL_STB_INCLUDE_DIR})
  target_compile_definitions(${target} PRIVATE REEL_BUILDS_ITSELF)
  target_compile_options(${target} PRIVATE
    -fvisibility-inlines-hidden $<$<CXX_COMPILER_ID:GNU>:-fno-semantic-interposition>)
  # nlohmann_json is headers only, and in no public one: a user of the installed library needs no JSON.
  target_link_libraries(${target} PRIVATE ZLIB::ZLIB Threads::Threads nlohmann_json::nlohmann_json)
  set(reel_objects ${reel_objects} $<TARGET_OBJECTS:${target}> PARENT_SCOPE)
endfunction()

# The sources of some folders.
function(reel_sources result)
  list(TRANSFORM ARGN REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/\\1/*.cpp" OUTPUT_VARIABLE patterns)
  file(GLOB sources CONFIGURE_DEPENDS ${patterns})
  set(${result} ${sources} PARENT_SCOPE)
endfunction()

# Compiles the sources of a target so many at a time: what many of them have in common is compiled, and kept, once.
function(reel_unite target count)
  set_target_properties(${target} PROPERTIES
    UNITY_BUILD ${REEL_UNITY} UNITY_BUILD_MODE BATCH UNITY_BUILD_BATCH_SIZE ${count})
  if(REEL_UNITY AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
    # A class of a source may have members of types that are unnamed to others, also as a part of a unit.
    target_compile_options(${target} PRIVATE -Wno-subobject-linkage)
  endif()
endfunction()

# Code that no step of training waits for: -O3 would make the library a tenth larger. What waits for the disk, is done once
# an epoch or surrounds rare kernels takes less room, and seven tenths of the time to compile, at -Os; modules and optimizers
# decide over small steps, and data has loops (a step of the small MLP at -Os: 1.06 times as long).
function(reel_add_small_objects name level)
  reel_add_objects(${name} ${ARGN})
  target_compile_options(reel_${name} PRIVATE $<$<CONFIG:Release>:${level}>)
  reel_unite(reel_${name} 30)
  set(reel_objects ${reel_objects} PARENT_SCOPE)
endfunction()

# Of the operations, what surrounds the kernels of common layers decides over small steps.
reel_sources(operations autograd/ops)
set(common_operations)
foreach(name activation arithmetic avg_pool batch_norm conv copy cross_entropy dropout group_norm
    layer_norm linear matmul max_pool pointwise pool softmax sum view)
  list(APPEND common_operations ${PROJECT_SOURCE_DIR}/autograd/ops/${name}.cpp)
endforeach()
list(REMOVE_ITEM operations ${common_operations})

reel_sources(core core autograd)
set(checks ${core})
list(FILTER checks INCLUDE REGEX "/(gradcheck|profile|[^/]*print)[^/]*\\.cpp$")
list(REMOVE_ITEM core ${checks})
set(dispatch ${PROJECT_SOURCE_DIR}/core/kernels/dispatch.cpp)
reel_add_objects(core ${core} ${common_operations} ${dispatch})
reel_unite(reel_core 12)
reel_add_small_objects(operations -Os ${operations} ${checks})
reel_sources(modules nn nn/functional nn/utils)
reel_add_small_objects(nn -O2 ${modules})
foreach(folder optim data)
  reel_sources(sources ${folder})
  reel_add_small_objects(${folder} -O2 ${sources})
endforeach()
reel_sources(files io)
reel_add_small_objects(io -Os ${files})
foreach(name onnx report training)
  reel_sources(texts io/${name})
  reel_add_small_objects(${name} -Os ${texts})
endforeach()
# -O2 with the vectors of -O3 is half as large as -O3: for loops over elements, which gain nothing from unrolling, and (in
# core/kernels) depthwise convolutions, which are unrolled by hand.
set(small_loops $<$<CONFIG:Release>:-O2> $<$<CXX_COMPILER_ID:GNU>:-fvect-cost-model=dynamic>)
# Training waits for loops over pixels.
foreach(name adjust affine move resample)
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/data/image_${name}.cpp APPEND PROPERTY COMPILE_OPTIONS
    ${small_loops} -fno-math-errno -fno-trapping-math)
endforeach()

# Kernels are compiled once for each instruction set, into the namespace reel::kernels::<level>;
# dispatch.cpp, compiled once, chooses among them when the program starts.
reel_sources(kernel_sources core/kernels)
list(REMOVE_ITEM kernel_sources ${dispatch})
foreach(name binary conv_depthwise conv_depthwise_weight elementwise_loss pad pointwise probability_loss product transpose where)
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/core/kernels/${name}.cpp
    APPEND PROPERTY COMPILE_OPTIONS ${small_loops})
endforeach()
function(reel_add_kernels level)
  set(target reel_kernels_${level})
  add_library(${target} OBJECT ${kernel_sources})
  reel_configure_target(${target})
  target_include_directories(${target} PRIVATE ${REEL_INCLUDE_DIR})
  target_compile_definitions(${target} PRIVATE REEL_ISA=${level})
  # Optimised even for debugging, where a kernel at -O0 would be 50 times slower.
  target_compile_options(${target} PRIVATE
    $<IF:$<CONFIG:Debug>,-O1,-O3>
    -fno-math-errno -fno-trapping-math -ffp-contract=fast -fopenmp-simd ${ARGN}
    # clang warns of each loop it can not vectorise as asked; slower is not wrong.
    $<$<CXX_COMPILER_ID:Clang,AppleClang>:-Wno-pass-failed>)
  set(reel_objects ${reel_objects} $<TARGET_OBJECTS:${target}> PARENT_SCOPE)
endfunction()

set(REEL_KERNEL_LEVELS baseline)
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  reel_add_kernels(baseline)
else()
  # Machines that are older than AVX2 take 1.05 to 1.25 times as long for it, and all others 0.4 MB less.
  reel_add_kernels(baseline $<$<CONFIG:Release>:-Os>)
  list(APPEND REEL_KERNEL_LEVELS avx2 avx512)
  # core/kernels/dispatch.cpp asks the processor for each of these.
  set(avx2 -mavx2 -mfma -mf16c -mbmi2)
  reel_add_kernels(avx2 ${avx2})
  reel_add_kernels(avx512 ${avx2}
    -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512)
  set_property(SOURCE ${dispatch} APPEND PROPERTY
    COMPILE_DEFINITIONS REEL_HAVE_AVX2 REEL_HAVE_AVX512)
endif()

# Both libraries are there, and built where they are used or installed; reel::reel is one of them.
function(reel_add_library target kind)
  add_library(${target} ${kind} ${reel_objects})
  set_target_properties(${target} PROPERTIES OUTPUT_NAME reel LINKER_LANGUAGE CXX)
  target_compile_features(${target} PUBLIC cxx_std_20)
  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${REEL_INCLUDE_DIR}> $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)
  target_link_libraries(${target} PRIVATE ZLIB::ZLIB Threads::Threads)
  if(NOT REEL_INSTALL OR NOT REEL_INSTALL_${kind})
    set_target_properties(${target} PROPERTIES EXCLUDE_FROM_ALL ON)
  endif()
endfunction()
reel_add_library(reel STATIC)
set_target_properties(reel PROPERTIES EXPORT_NAME static)
add_library(reel::static ALIAS reel)

reel_add_library(reel_shared SHARED)
# A minor version may change the interface until there is a version 1.
set(REEL_SOVERSION ${PROJECT_VERSION_MAJOR})
if(REEL_SOVERSION EQUAL 0)
  string(APPEND REEL_SOVERSION .${PROJECT_VERSION_MINOR})
endif()
set_target_properties(reel_shared PROPERTIES
  EXPORT_NAME shared VERSION ${PROJECT_VERSION} SOVERSION ${REEL_SOVERSION})
if(REEL_SANITIZE)
  target_link_options(reel_shared PRIVATE -fsanitize=${REEL_SANITIZE})
elseif(CMAKE_SYSTEM_NAME STREQUAL Linux)
  # What users see is in namespace reel; instances of the standard library's templates stay inside.
  set(symbols ${CMAKE_CURRENT_LIST_DIR}/reel.map)
  target_link_options(reel_shared PRIVATE
    LINKER:--version-script=${symbols} LINKER:-Bsymbolic-functions LINKER:--no-undefined)
  set_target_properties(reel_shared PROPERTIES LINK_DEPENDS ${symbols})
endif()
add_library(reel::shared ALIAS reel_shared)

set(chosen reel)
if(BUILD_SHARED_LIBS)
  set(chosen reel_shared)
endif()
add_library(reel::reel ALIAS ${chosen})

# Headers under libtorch's names: who links this, or adds compat/ to the include path, can write <torch/torch.h>.
add_library(reel_compat_torch INTERFACE)
add_library(reel::compat_torch ALIAS reel_compat_torch)
target_include_directories(reel_compat_torch INTERFACE ${PROJECT_SOURCE_DIR}/compat)
target_link_libraries(reel_compat_torch INTERFACE ${chosen})
