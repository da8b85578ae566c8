#include "bootstrap/base/find_program.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <optional>
#include <string>

#include "tests/support/file_tree.h"

namespace sm {
namespace {

TEST(FindOnPathTest, TakesTheFirstExecutableFile) {
  testing::FileTree tree;
  tree.Write("a/tool", "", 0644);  // not executable
  tree.MakeDirectory("b/tool");    // not a file
  std::string expected = tree.Write("c/tool", "", 0755);
  tree.Write("d/tool", "", 0755);
  const std::string& root = tree.root();
  EnvMap env = {
      {"PATH", root + "/none:" + root + "/a:" + root + "/b:" + root + "/c:" + root + "/d"}};
  EXPECT_EQ(FindOnPath("tool", env), expected);
  EXPECT_EQ(FindOnPath("other", env), std::nullopt);
}

TEST(FindOnPathTest, PassesOverDirectoriesThatAreNotAbsolute) {
  EXPECT_EQ(FindOnPath("sh", {{"PATH", ":bin:."}}), std::nullopt);
  EXPECT_EQ(FindOnPath("sh", {{"PATH", ""}}), std::nullopt);
}

TEST(FindOnPathTest, SearchesTheUsualDirectoriesWithoutAPath) {
  EXPECT_TRUE(FindOnPath("sh", {}).has_value());
}

TEST(FindOnPathTest, AnEmptyNameOrAPathIsNoName) {
  EnvMap env = {{"PATH", "/bin:/"}};
  EXPECT_EQ(FindOnPath("", env), std::nullopt);
  EXPECT_EQ(FindOnPath("bin/sh", env), std::nullopt);
}

TEST(FindOnPathTest, KeepsLinks) {
  testing::FileTree tree;
  tree.MakeDirectory("venv/bin");
  ASSERT_EQ(symlink("/bin/sh", tree.Path("venv/bin/python3").c_str()), 0);
  EXPECT_EQ(FindOnPath("python3", {{"PATH", tree.Path("venv/bin")}}),
            tree.Path("venv/bin/python3"));
}

}  // namespace
}  // namespace sm
