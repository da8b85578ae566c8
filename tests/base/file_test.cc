#include "bootstrap/base/file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "tests/support/file_tree.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::FileTree;
using ::sm::testing::IsOk;
using ::sm::testing::StatusIs;
using ::testing::HasSubstr;

TEST(ReadFileTest, ReturnsTheBytesAsTheyAre) {
  FileTree tree;
  const std::string bytes("\0\r\n\xff text", 9);
  EXPECT_EQ(ReadFile(tree.Write("file", bytes)).value(), bytes);
  EXPECT_EQ(ReadFile(tree.Write("empty", "")).value(), "");
}

TEST(ReadFileTest, ReadsFilesWhoseSizeIsNotKnown) {
  EXPECT_THAT(ReadFile("/proc/self/status").value(), HasSubstr("Threads:"));
}

TEST(ReadFileTest, ErrorsNameTheFile) {
  FileTree tree;
  EXPECT_THAT(ReadFile(tree.Path("none")),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr(tree.Path("none"))));
  EXPECT_THAT(ReadFile(tree.root()).status().message(), HasSubstr(tree.root()));
  EXPECT_FALSE(ReadFile(tree.root()).ok());
}

TEST(ReadFileTest, TheSizeIsBounded) {
  FileTree tree;
  const std::string path = tree.Write("file", "12345");
  EXPECT_THAT(ReadFile(path, 5), IsOk());
  EXPECT_THAT(ReadFile(path, 4), StatusIs(absl::StatusCode::kResourceExhausted, HasSubstr(path)));
  EXPECT_THAT(ReadFile("/dev/zero", 100'000), StatusIs(absl::StatusCode::kResourceExhausted));
}

TEST(WriteFileAtomicallyTest, MakesAndReplacesReadableFiles) {
  FileTree tree;
  const std::string path = tree.Path("file");
  EXPECT_THAT(WriteFileAtomically(path, "first"), IsOk());
  EXPECT_THAT(WriteFileAtomically(path, "second, longer"), IsOk());
  EXPECT_THAT(WriteFileAtomically(path, "third"), IsOk());
  EXPECT_EQ(ReadFile(path).value(), "third");
  struct stat info {};
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0644U);
}

TEST(WriteFileAtomicallyTest, LeavesNothingBehindWhenItFails) {
  FileTree tree;
  tree.MakeDirectory("taken/by a directory");
  EXPECT_FALSE(WriteFileAtomically(tree.Path("taken"), "text").ok());
  EXPECT_THAT(WriteFileAtomically(tree.Path("no/such/file"), "text"),
              StatusIs(absl::StatusCode::kNotFound, HasSubstr("no/such/file")));
  int entries = 0;
  for ([[maybe_unused]] const auto& entry : std::filesystem::directory_iterator(tree.root())) {
    ++entries;
  }
  EXPECT_EQ(entries, 1);
}

TEST(WriteFileAtomicallyTest, ReadersNeverSeeAPart) {
  FileTree tree;
  const std::string path = tree.Write("file", std::string(100'000, 'a'));
  std::atomic<bool> done = false;
  std::thread writer([&] {
    for (int i = 0; i < 200; ++i) {
      EXPECT_THAT(WriteFileAtomically(path, std::string(100'000, static_cast<char>('a' + i % 26))),
                  IsOk());
    }
    done = true;
  });
  do {
    std::string seen = ReadFile(path).value();
    ASSERT_EQ(seen, std::string(100'000, seen[0]));
  } while (!done);
  writer.join();
}

}  // namespace
}  // namespace sm
