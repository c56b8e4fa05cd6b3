# reel::reel, a static library. A new source in a folder below is found by itself.

set(REEL_PUBLIC_FOLDERS core autograd autograd/ops nn nn/functional nn/utils optim data io io/onnx io/report
  io/training)

# The only directory in the include path: <reel/core/tensor.h> is spelled alike in the tree and once installed.
file(MAKE_DIRECTORY ${REEL_INCLUDE_DIR}/reel)
set(linked ${REEL_PUBLIC_FOLDERS} reel.h)
list(FILTER linked EXCLUDE REGEX /)
foreach(name IN LISTS linked)
  file(CREATE_LINK ${PROJECT_SOURCE_DIR}/${name} ${REEL_INCLUDE_DIR}/reel/${name} SYMBOLIC)
endforeach()

set(reel_folders ${REEL_PUBLIC_FOLDERS})
list(TRANSFORM reel_folders REPLACE "(.+)" "${PROJECT_SOURCE_DIR}/\\1/*.cpp")
file(GLOB reel_sources CONFIGURE_DEPENDS ${reel_folders})
file(GLOB kernel_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/core/kernels/*.cpp)
set(dispatch ${PROJECT_SOURCE_DIR}/core/kernels/dispatch.cpp)
list(REMOVE_ITEM kernel_sources ${dispatch})

add_library(reel STATIC ${reel_sources} ${dispatch})
add_library(reel::reel ALIAS reel)
reel_configure_target(reel)
target_compile_features(reel PUBLIC cxx_std_20)
target_include_directories(reel PUBLIC
  $<BUILD_INTERFACE:${REEL_INCLUDE_DIR}> $<INSTALL_INTERFACE:include>)
set_property(SOURCE ${dispatch} ${PROJECT_SOURCE_DIR}/io/onnx/export.cpp APPEND PROPERTY
  COMPILE_DEFINITIONS REEL_VERSION="${PROJECT_VERSION}")
target_include_directories(reel SYSTEM PRIVATE ${REEL_STB_INCLUDE_DIR})
target_link_libraries(reel PRIVATE ZLIB::ZLIB Threads::Threads)

# A tenth of the library is what -O3 would add to code that no step of training waits for. Of the
# operations, what surrounds the kernels of common layers decides over small steps.
file(GLOB small_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/data/*.cpp
  ${PROJECT_SOURCE_DIR}/io/*.cpp ${PROJECT_SOURCE_DIR}/io/onnx/*.cpp
  ${PROJECT_SOURCE_DIR}/io/training/*.cpp ${PROJECT_SOURCE_DIR}/nn/*.cpp ${PROJECT_SOURCE_DIR}/optim/*.cpp
  ${PROJECT_SOURCE_DIR}/autograd/gradcheck*.cpp ${PROJECT_SOURCE_DIR}/autograd/profile*.cpp
  ${PROJECT_SOURCE_DIR}/core/*print*.cpp
  ${PROJECT_SOURCE_DIR}/autograd/ops/*.cpp)
foreach(name activation arithmetic avg_pool batch_norm conv copy cross_entropy dropout group_norm
    layer_norm linear matmul max_pool pointwise pool softmax sum view)
  list(REMOVE_ITEM small_sources ${PROJECT_SOURCE_DIR}/autograd/ops/${name}.cpp)
endforeach()
foreach(name move resample)
  list(REMOVE_ITEM small_sources ${PROJECT_SOURCE_DIR}/data/image_${name}.cpp)
endforeach()
set_property(SOURCE ${small_sources} APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release>:-O2>)
# Putting texts together, once an epoch, takes half the room at -Os.
file(GLOB text_sources CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/io/report/*.cpp)
foreach(name checkpoint plot ticks training/csv_log training/json_log training/model_keeper
    training/lr_finder training/progress)
  list(APPEND text_sources ${PROJECT_SOURCE_DIR}/io/${name}.cpp)
endforeach()
set_property(SOURCE ${text_sources} APPEND PROPERTY COMPILE_OPTIONS $<$<CONFIG:Release>:-Os>)
# Training waits for loops over pixels.
foreach(name adjust affine)
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/data/image_${name}.cpp APPEND PROPERTY COMPILE_OPTIONS
    -fno-math-errno -fno-trapping-math $<$<CXX_COMPILER_ID:GNU>:-fvect-cost-model=dynamic>)
endforeach()
# Headers only, and in no public one: a user of the installed library needs no JSON.
target_link_libraries(reel PRIVATE $<BUILD_INTERFACE:nlohmann_json::nlohmann_json>)

# Headers under libtorch's names: who links this, or adds compat/ to the include path, can write <torch/torch.h>.
add_library(reel_compat_torch INTERFACE)
add_library(reel::compat_torch ALIAS reel_compat_torch)
set_target_properties(reel_compat_torch PROPERTIES EXPORT_NAME compat_torch)
target_include_directories(reel_compat_torch INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/compat> $<INSTALL_INTERFACE:include/reel/compat>)
target_link_libraries(reel_compat_torch INTERFACE reel)

# Kernels are compiled once for each instruction set, into the namespace reel::kernels::<level>;
# dispatch.cpp, compiled once, chooses among them when the program starts.
# -O2 with the vectors of -O3 is half as large: for loops over elements, which gain nothing from
# unrolling, and for machines that are older than AVX2.
set(small_kernel $<$<CONFIG:Release>:-O2> $<$<CXX_COMPILER_ID:GNU>:-fvect-cost-model=dynamic>)
foreach(name binary pad pointwise transpose where)
  set_property(SOURCE ${PROJECT_SOURCE_DIR}/core/kernels/${name}.cpp
    APPEND PROPERTY COMPILE_OPTIONS ${small_kernel})
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
  target_sources(reel PRIVATE $<TARGET_OBJECTS:${target}>)
endfunction()

set(REEL_KERNEL_LEVELS baseline)
if(NOT CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64)$")
  reel_add_kernels(baseline)
else()
  reel_add_kernels(baseline ${small_kernel})
  list(APPEND REEL_KERNEL_LEVELS avx2 avx512)
  set(avx2 -mavx2 -mfma -mf16c -mbmi2)
  reel_add_kernels(avx2 ${avx2})
  reel_add_kernels(avx512 ${avx2}
    -mavx512f -mavx512dq -mavx512bw -mavx512vl -mprefer-vector-width=512)
  set_property(SOURCE ${dispatch} APPEND PROPERTY
    COMPILE_DEFINITIONS REEL_HAVE_AVX2 REEL_HAVE_AVX512)
endif()
