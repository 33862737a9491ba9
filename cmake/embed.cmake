# Usage: cmake -D OUTPUT=page.cpp -D HEADER=inspector/page.hpp -D NAMESPACE=a::b
#              -D "FILES=name=path;..." -P embed.cmake
# Writes a C++ source with a function for each file, `std::string_view name()`, that answers the
# file's bytes. HEADER declares the functions.

set(text "// Made by cmake/embed.cmake; change the files that it was made of.\n")
string(APPEND text "#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n")
foreach(entry IN LISTS FILES)
  string(REGEX MATCH "^([a-z_]+)=(.+)$" matched "${entry}")
  if(NOT matched)
    message(FATAL_ERROR "embed.cmake: expected name=path, got ${entry}")
  endif()
  set(name "${CMAKE_MATCH_1}")
  file(READ "${CMAKE_MATCH_2}" bytes HEX)
  string(LENGTH "${bytes}" size)
  math(EXPR size "${size} / 2")
  string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," bytes "${bytes}")
  string(REGEX REPLACE "((0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,)(0x..,))" "\\1\n" bytes
                       "${bytes}")
  string(APPEND text "\nnamespace {\nconst unsigned char ${name}_bytes[] = {\n${bytes}0};\n}\n")
  string(APPEND text "std::string_view ${name}() {\n"
                     "  return {reinterpret_cast<const char*>(${name}_bytes), ${size}};\n}\n")
endforeach()
string(APPEND text "\n}  // namespace ${NAMESPACE}\n")
file(WRITE "${OUTPUT}" "${text}")
