#include "bootstrap/code/shebang.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

namespace sm {
namespace {

using Words = std::vector<std::string>;

TEST(ParseShebangTest, SplitsAsLinuxDoes) {
  struct {
    absl::string_view text;
    std::optional<Words> words;
  } const cases[] = {
      {"#!/bin/sh\necho hello\n", Words{"/bin/sh"}},
      {"#!/bin/sh", Words{"/bin/sh"}},
      {"#! /usr/bin/env python3\n", Words{"/usr/bin/env", "python3"}},
      {"#!\t/bin/bash\t -eu -o pipefail \t\n", Words{"/bin/bash", "-eu -o pipefail"}},
      {"#!/bin/sh\r\n", Words{"/bin/sh\r"}},
      {"#!/bin/sh -e\r\n", Words{"/bin/sh", "-e\r"}},
      {absl::string_view("#!/bin/sh\0x\n", 12), Words{"/bin/sh"}},
      {"", std::nullopt},
      {"#!", std::nullopt},
      {"#!  \n/bin/sh\n", std::nullopt},
      {"# !/bin/sh\n", std::nullopt},
      {" #!/bin/sh\n", std::nullopt},
      {"\n#!/bin/sh\n", std::nullopt},
      {"\177ELF", std::nullopt},
  };
  for (const auto& c : cases) EXPECT_EQ(ParseShebang(c.text), c.words) << c.text;
}

}  // namespace
}  // namespace sm
