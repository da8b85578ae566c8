#include "bootstrap/base/port.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include "absl/strings/str_cat.h"
#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::sm::testing::StatusIs;
using ::testing::HasSubstr;

TEST(PortTest, AnyPortIsBelowTheEphemeralRange) {
  SM_ASSERT_OK_AND_ASSIGN(PortReservation port, ReservePort("127.0.0.1", 0));
  EXPECT_GE(port.port, 15000);
  EXPECT_LT(port.port, 32768);
}

TEST(PortTest, NobodyElseGetsAReservedPort) {
  SM_ASSERT_OK_AND_ASSIGN(PortReservation held, ReservePort("127.0.0.1", 0));
  EXPECT_THAT(ReservePort("127.0.0.1", held.port),
              StatusIs(absl::StatusCode::kFailedPrecondition,
                       HasSubstr(absl::StrCat("port ", held.port, " on 127.0.0.1"))));
}

TEST(PortTest, APortThatIsListenedToIsInUse) {
  SM_ASSERT_OK_AND_ASSIGN(PortReservation first, ReservePort("127.0.0.1", 0));
  ASSERT_EQ(listen(first.socket.get(), 1), 0);
  EXPECT_THAT(ReservePort("127.0.0.1", first.port),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("in use")));
}

TEST(PortTest, ADroppedReservationCanBeUsed) {
  SM_ASSERT_OK_AND_ASSIGN(PortReservation first, ReservePort("127.0.0.1", 0));
  int port = first.port;
  first.socket.Reset();
  EXPECT_THAT(ReservePort("127.0.0.1", port), sm::testing::IsOk());
}

TEST(PortTest, NamesAnAddressThatIsNone) {
  EXPECT_THAT(ReservePort("algo-1", 80),
              StatusIs(absl::StatusCode::kFailedPrecondition, HasSubstr("algo-1")));
}

}  // namespace
}  // namespace sm
