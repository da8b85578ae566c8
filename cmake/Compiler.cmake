# Language level, warnings and sanitizers for everything in this tree.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR})
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release)
endif()

find_package(Threads REQUIRED)

# What every target of ours is compiled with. Generated code (protos) does not use it.
add_library(sm_compile_options INTERFACE)
target_include_directories(sm_compile_options INTERFACE ${CMAKE_SOURCE_DIR})
# What a designated initializer leaves out has its default, on purpose.
target_compile_options(sm_compile_options INTERFACE -Wall -Wextra -Wno-missing-field-initializers)
if(SM_DEVELOPER)
  target_compile_options(sm_compile_options INTERFACE -Werror)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC 12 sees overlapping copies in std::string's operator+ that cannot happen (its bug 105651).
  target_compile_options(sm_compile_options INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID MATCHES Clang)
  target_compile_options(sm_compile_options INTERFACE -Wthread-safety)
endif()

if(SM_SANITIZE)
  add_compile_options(-fsanitize=${SM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${SM_SANITIZE})
endif()
