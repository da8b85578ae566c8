// The small values and texts of rendezvous/core.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rendezvous/core/messages.h"
#include "rendezvous/core/pacer.h"
#include "rendezvous/core/text.h"

namespace sm::rendezvous {
namespace {

TEST(VerdictTest, DescribesEveryKindOfCauseInOneLine) {
  struct Case {
    Cause cause;
    std::string expected;
  };
  const Case cases[] = {
      {{"algo-2", RankFailed{3, "worker", Signaled{9, false}}, "Traceback\nx"},
       "rank 3 on algo-2 was killed by SIGKILL"},
      {{"algo-1", RankFailed{0, "chief", Exited{7}}, ""},
       "rank 0 (chief) on algo-1 exited with code 7"},
      {{"algo-2", HostFailed{"prepare", 2}, "no such archive\nsecond line"},
       "algo-2 failed in its prepare phase: no such archive"},
      {{"algo-2", HostLost{}, ""}, "algo-2 was lost"},
      {{"algo-2", HostLost{}, "its connection ended"}, "algo-2 was lost: its connection ended"},
      {{"algo-1", Stopped{2}, ""}, "algo-1 was told to stop by SIGINT"},
      {{"algo-1", Stopped{}, ""}, "algo-1 was told to stop"},
  };
  for (const Case& c : cases) EXPECT_EQ(Describe(c.cause), c.expected);
}

TEST(AgreementTest, FingerprintsAreTheSameInEveryBuild) {
  // The published test vectors of FNV-1a, 64 bits.
  EXPECT_EQ(MakeAgreement("f", "").fingerprint, 0xcbf29ce484222325u);
  EXPECT_EQ(MakeAgreement("f", "a").fingerprint, 0xaf63dc4c8601ec8cu);
  EXPECT_EQ(MakeAgreement("f", "foobar").fingerprint, 0x85944171f73967e8u);
}

TEST(AgreementTest, LongValuesAreShownInPartAndComparedInFull) {
  std::string value(5000, 'x');
  Agreement one = MakeAgreement("hosts", value + "1");
  Agreement two = MakeAgreement("hosts", value + "2");
  EXPECT_EQ(one.display.size(), 200u);
  EXPECT_EQ(one.display, two.display);
  EXPECT_NE(one.fingerprint, two.fingerprint);
}

TEST(TextTest, BoundedCutsBetweenCharacters) {
  EXPECT_EQ(Bounded("short", 5), "short");
  EXPECT_EQ(Bounded("longer", 5), "lo...");
  EXPECT_EQ(Bounded("a\u00e9\u00e9", 4), "a...");  // two bytes each
  EXPECT_EQ(Bounded("\U0001F600abc", 6), "...");   // four bytes
  EXPECT_EQ(Bounded(std::string(9, '\x80'), 9).size(), 9u);
  EXPECT_LE(Bounded(std::string(100, '\x80'), 9).size(), 9u);
}

TEST(TextTest, DurationsAreForPeople) {
  EXPECT_EQ(HumanDuration(absl::Milliseconds(14)), "14ms");
  EXPECT_EQ(HumanDuration(absl::Milliseconds(12'600)), "13s");
  EXPECT_EQ(HumanDuration(absl::Minutes(15) - absl::Microseconds(3)), "15m");
  EXPECT_EQ(HumanDuration(absl::Seconds(125)), "2m5s");
}

TEST(PacerTest, SlowsDownWhileNothingChanges) {
  auto at = [](int s) { return MonotonicTime::SinceBoot(absl::Seconds(s)); };
  Pacer pacer;
  EXPECT_EQ(pacer.Due(), MonotonicTime::InfiniteFuture());
  pacer.Start(at(0));
  pacer.Start(at(100));  // it runs already
  std::vector<int> sent;
  for (int s = 0; s < 130; ++s) {
    if (s == 70) pacer.MarkChanged();
    if (pacer.Due() > at(s)) continue;
    pacer.MarkSent(at(s));
    sent.push_back(s);
  }
  EXPECT_THAT(sent, ::testing::ElementsAre(1, 5, 13, 29, 59, 70, 72, 76, 84, 100));
  pacer.Stop();
  EXPECT_EQ(pacer.Due(), MonotonicTime::InfiniteFuture());
}

}  // namespace
}  // namespace sm::rendezvous
