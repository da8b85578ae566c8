#include "bootstrap/host/interfaces.h"

#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

#include <algorithm>
#include <deque>
#include <string>
#include <vector>

#include "tests/support/status_matchers.h"

namespace sm {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;

// A list as getifaddrs() makes it.
class List {
 public:
  void Add(const char* name, unsigned int flags, const char* address = nullptr) {
    ifaddrs& entry = entries_.emplace_back();
    if (entries_.size() > 1) entries_[entries_.size() - 2].ifa_next = &entry;
    entry.ifa_name = const_cast<char*>(name);
    entry.ifa_flags = flags;
    if (address == nullptr) return;
    sockaddr_storage& storage = addresses_.emplace_back();
    auto* in = reinterpret_cast<sockaddr_in*>(&storage);
    auto* in6 = reinterpret_cast<sockaddr_in6*>(&storage);
    if (inet_pton(AF_INET, address, &in->sin_addr) == 1) {
      storage.ss_family = AF_INET;
    } else {
      ASSERT_EQ(inet_pton(AF_INET6, address, &in6->sin6_addr), 1) << address;
      storage.ss_family = AF_INET6;
    }
    entry.ifa_addr = reinterpret_cast<sockaddr*>(&storage);
  }
  void AddPacketAddress(const char* name, unsigned int flags) {
    Add(name, flags, "0.0.0.0");
    entries_.back().ifa_addr->sa_family = AF_PACKET;
  }
  const ifaddrs* head() const { return entries_.empty() ? nullptr : &entries_.front(); }

 private:
  std::deque<ifaddrs> entries_;
  std::deque<sockaddr_storage> addresses_;
};

TEST(ToInterfacesTest, GathersTheEntriesOfEachInterface) {
  List list;
  list.AddPacketAddress("lo", IFF_UP | IFF_LOOPBACK);
  list.AddPacketAddress("eth0", IFF_UP);
  list.AddPacketAddress("eth1", 0);
  list.Add("tun0", IFF_UP);
  list.Add("lo", IFF_UP | IFF_LOOPBACK, "127.0.0.1");
  list.Add("eth0", IFF_UP, "10.0.0.7");
  list.Add("eth0", IFF_UP, "169.254.3.4");
  list.Add("eth0", IFF_UP, "fe80::1");
  list.Add("eth0", IFF_UP, "2001:db8::1");

  EXPECT_THAT(ToInterfaces(list.head()),
              ElementsAre(Interface{"lo", true, true, {{"127.0.0.1", false, false}}},
                          Interface{"eth0",
                                    true,
                                    false,
                                    {{"10.0.0.7", false, false},
                                     {"169.254.3.4", false, true},
                                     {"fe80::1", true, true},
                                     {"2001:db8::1", true, false}}},
                          Interface{"eth1", false, false, {}}, Interface{"tun0", true, false, {}}));
}

TEST(ToInterfacesTest, AnEmptyListGivesNone) { EXPECT_TRUE(ToInterfaces(nullptr).empty()); }

TEST(ListInterfacesTest, FindsTheLoopback) {
  SM_ASSERT_OK_AND_ASSIGN(std::vector<Interface> interfaces, ListInterfaces());
  auto lo = std::find_if(interfaces.begin(), interfaces.end(),
                         [](const Interface& i) { return i.is_loopback; });
  if (lo == interfaces.end() || !lo->is_up) GTEST_SKIP() << "no loopback interface here";
  EXPECT_THAT(lo->addresses, Contains(InterfaceAddress{"127.0.0.1", false, false}));
}

}  // namespace
}  // namespace sm
