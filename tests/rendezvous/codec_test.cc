#include "rendezvous/wire/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "rendezvous/wire/address.h"
#include "rendezvous/wire/limits.h"
#include "sm/rendezvous/v1/rendezvous.pb.h"

namespace sm::rendezvous {
namespace {

using ::testing::HasSubstr;

grpc::ByteBuffer Bytes(const std::string& text) {
  grpc::Slice slice(text);
  return grpc::ByteBuffer(&slice, 1);
}
grpc::ByteBuffer Bytes(const google::protobuf::MessageLite& proto) {
  return Bytes(proto.SerializeAsString());
}

template <typename T>
T RoundTrip(const T& message, const HostList& hosts = {}) {
  auto decoded = DecodeLeaderMessage(Encode(LeaderMessage(message)), hosts);
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return decoded.ok() ? std::get<T>(*decoded) : T{};
}

template <typename T>
T HostRoundTrip(const T& message) {
  auto decoded = DecodeHostMessage(Encode(HostMessage(message)));
  EXPECT_TRUE(decoded.ok()) << decoded.status();
  return decoded.ok() ? std::get<T>(*decoded) : T{};
}

World MakeWorld(const std::vector<std::string>& addresses, const std::vector<int>& sizes) {
  World world;
  for (size_t i = 0; i < addresses.size(); ++i) {
    world.members.push_back({absl::StrCat("algo-", i + 1), static_cast<int>(i), addresses[i],
                             sizes[i], world.world_size});
    world.world_size += sizes[i];
  }
  world.master_address = addresses[0];
  world.master_port = 29500;
  world.run_id = ~uint64_t{0};
  return world;
}

HostList NamesOf(const World& world) {
  std::vector<std::string> names;
  for (const Member& member : world.members) names.push_back(member.host);
  return names;
}

TEST(CodecTest, AHelloComesBackTheSame) {
  Hello hello;
  hello.host = "algo-1";
  hello.protocol = 3;
  hello.version = "1.2\xff not UTF-8";
  hello.incarnation = ~uint64_t{0};
  hello.address = "fe80::1%eth0";
  hello.local_world_size = 8;
  hello.cpus = 96;
  hello.gpus = 0;  // none, which is not the same as unknown
  hello.agreements = {MakeAgreement("launcher", "workers"), MakeAgreement("hosts", "")};
  Hello back = HostRoundTrip(hello);
  EXPECT_EQ(back.host, hello.host);
  EXPECT_EQ(back.protocol, hello.protocol);
  EXPECT_EQ(back.version, hello.version);
  EXPECT_EQ(back.incarnation, hello.incarnation);
  EXPECT_EQ(back.address, hello.address);
  EXPECT_EQ(back.local_world_size, hello.local_world_size);
  EXPECT_EQ(back.cpus, hello.cpus);
  EXPECT_EQ(back.gpus, hello.gpus);
  EXPECT_EQ(back.neuron_cores, std::nullopt);
  EXPECT_EQ(back.agreements, hello.agreements);
}

TEST(CodecTest, EveryKindOfCauseComesBackTheSame) {
  const Cause causes[] = {
      {"algo-1", RankFailed{7, "worker", Exited{255}}, "tail \xff"},
      {"algo-1", RankFailed{0, "ps", Signaled{11, true}}, ""},
      {"algo-1", RankFailed{1, "worker", NotStarted{SpawnStage::kExec, 2}}, ""},
      {"algo-2", HostFailed{"prepare", 100}, "why"},
      {"algo-2", HostLost{}, "gone"},
      {"algo-3", Stopped{15}, ""},
  };
  for (const Cause& cause : causes) {
    EXPECT_EQ(HostRoundTrip(cause), cause);
    EXPECT_EQ(RoundTrip(EndOrder{cause}).cause, cause);
    EXPECT_EQ(RoundTrip(Verdict{cause, {"algo-9"}}), (Verdict{cause, {"algo-9"}}));
  }
  EXPECT_EQ(RoundTrip(Verdict{}), Verdict{});
}

TEST(CodecTest, TheOtherMessagesComeBackTheSame) {
  EXPECT_EQ(HostRoundTrip(BarrierArrival{"ready"}).barrier, "ready");
  EXPECT_EQ(HostRoundTrip(HostOutcome{3, 5}).succeeded_ranks, 3);
  EXPECT_EQ(HostRoundTrip(HostOutcome{3, 5}).failed_ranks, 5);
  EXPECT_EQ(RoundTrip(BarrierRelease{"ready"}).barrier, "ready");
  EXPECT_EQ(RoundTrip(Progress{"1/2"}).message, "1/2");
  using Reason = Refusal::Reason;
  for (Reason reason : {Reason::kUnknownHost, Reason::kDuplicateHost, Reason::kVersion,
                        Reason::kDisagreement, Reason::kTimeout, Reason::kMalformed}) {
    EXPECT_EQ(RoundTrip(Refusal{reason, "no"}).reason, reason);
  }
}

TEST(CodecTest, WorldsComeBackTheSame) {
  const World worlds[] = {
      MakeWorld({"10.0.0.1"}, {1}),
      MakeWorld({"10.0.0.1", "255.100.9.0", "0.0.0.0"}, {8, 8, 8}),
      MakeWorld({"10.0.0.1", "10.0.0.2", "10.0.0.3"}, {8, 4, 1}),
      MakeWorld({"2001:db8::1", "10.0.0.2", "fe80::1%eth0", "::ffff:10.0.0.1"}, {1, 2, 2, 2}),
      MakeWorld({"fe80::1%eth0", "fe80::2%eth0"}, {1, 65536}),
  };
  for (const World& world : worlds) EXPECT_EQ(RoundTrip(world, NamesOf(world)), world);
}

TEST(CodecTest, AWorldOf4096HostsIsSmall) {
  std::vector<std::string> addresses;
  addresses.reserve(4096);
  for (int i = 0; i < 4096; ++i) addresses.push_back(absl::StrCat("10.0.", i / 256, ".", i % 256));
  World world = MakeWorld(addresses, std::vector<int>(4096, 8));
  EXPECT_LT(Encode(LeaderMessage(world)).Length(), 17'000u);
  EXPECT_EQ(RoundTrip(world, NamesOf(world)), world);
}

TEST(CodecTest, AWorldThatDoesNotFitIsRefused) {
  World world = MakeWorld({"10.0.0.1", "10.0.0.2"}, {1, 1});
  v1::LeaderMessage good;
  ASSERT_TRUE(good.ParseFromString([&] {
    grpc::Slice slice;
    EXPECT_TRUE(Encode(LeaderMessage(world)).DumpToSingleSlice(&slice).ok());
    return std::string(slice.begin(), slice.end());
  }()));
  struct Case {
    std::function<void(v1::World&)> spoil;
    std::string expected;
  };
  const Case cases[] = {
      {[](v1::World& w) { w.set_members(3); }, "has 3 members, our list has 2 hosts"},
      {[](v1::World& w) { w.clear_local_world_sizes(); }, "lacks local world sizes"},
      {[](v1::World& w) { w.clear_address_families(); }, "lacks local world sizes or addresses"},
      {[](v1::World& w) { w.clear_addresses(); }, "lacks addresses"},
      {[](v1::World& w) { w.set_address_families(std::string(1, '\0')); }, "lacks addresses"},
      {[](v1::World& w) { w.set_address_families("\x05"); }, "unknown family"},
      {[](v1::World& w) { w.set_local_world_sizes(0, 0); }, "local world size 0"},
      {[](v1::World& w) { w.set_local_world_sizes(0, 65537); }, "local world size 65537"},
      {[](v1::World& w) { w.set_master_port(0); }, "master port 0"},
      {[](v1::World& w) { w.set_master_port(65536); }, "master port 65536"},
      {[](v1::World& w) { w.set_master_address("$(reboot)"); }, "master address is not numeric"},
  };
  for (const Case& c : cases) {
    v1::LeaderMessage bad = good;
    c.spoil(*bad.mutable_world());
    auto decoded = DecodeLeaderMessage(Bytes(bad), NamesOf(world));
    EXPECT_EQ(decoded.status().code(), absl::StatusCode::kInvalidArgument);
    EXPECT_THAT(std::string(decoded.status().message()), HasSubstr(c.expected));
  }
}

TEST(CodecTest, ValuesOutOfRangeAreRefused) {
  auto status = [](const std::function<void(v1::Cause&)>& spoil) {
    v1::HostMessage message;
    spoil(*message.mutable_cause());
    return absl::StrCat(DecodeHostMessage(Bytes(message)).status().message());
  };
  EXPECT_THAT(status([](v1::Cause& c) { c.mutable_rank_failed()->set_exit_code(256); }),
              HasSubstr("exit code 256"));
  EXPECT_THAT(status([](v1::Cause& c) { c.mutable_rank_failed()->mutable_signaled(); }),
              HasSubstr("signal 0"));
  EXPECT_THAT(status([](v1::Cause& c) { c.mutable_rank_failed(); }), HasSubstr("without a result"));
  EXPECT_THAT(
      status([](v1::Cause& c) { c.mutable_rank_failed()->mutable_not_started()->set_stage(99); }),
      HasSubstr("stage 99"));
  EXPECT_THAT(status([](v1::Cause& c) { c.mutable_stopped()->set_signo(65); }),
              HasSubstr("signal 65"));
  EXPECT_THAT(status([](v1::Cause& c) { c.mutable_host_failed()->set_exit_code(1000); }),
              HasSubstr("exit code 1000"));
  EXPECT_THAT(status([](v1::Cause&) {}), HasSubstr("no kind that is known"));
  EXPECT_FALSE(DecodeHostMessage(Bytes(v1::HostMessage())).ok());
  EXPECT_FALSE(DecodeLeaderMessage(Bytes(v1::LeaderMessage()), {}).ok());
}

TEST(CodecTest, LongTextIsCutAndLongMessagesAreRefused) {
  Cause cause{"algo-1", HostLost{}, std::string(60'000, 'x')};
  EXPECT_EQ(HostRoundTrip(cause).detail.size(), 2048u);
  EXPECT_EQ(RoundTrip(Progress{cause.detail}).message.size(), 2048u);
  EXPECT_THAT(
      std::string(
          DecodeHostMessage(Bytes(std::string(kMaxHostMessageBytes + 1, 'x'))).status().message()),
      HasSubstr("65537 bytes, at most 65536"));
}

TEST(CodecTest, RandomBytesAreNeverMoreThanAnError) {
  std::mt19937 random(1);
  World world = MakeWorld({"10.0.0.1", "10.0.0.2"}, {1, 2});
  grpc::Slice slice;
  ASSERT_TRUE(Encode(LeaderMessage(world)).DumpToSingleSlice(&slice).ok());
  for (int i = 0; i < 20'000; ++i) {
    std::string bytes(slice.begin(), slice.end());  // a good message with a few bad bytes
    for (auto n = random() % 4 + 1; n > 0; --n) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    DecodeLeaderMessage(Bytes(bytes), NamesOf(world)).IgnoreError();
    DecodeHostMessage(Bytes(bytes)).IgnoreError();
  }
}

TEST(AddressTest, WritesWhatGrpcAndPeopleRead) {
  EXPECT_EQ(HostPort("10.0.0.1", 7776), "10.0.0.1:7776");
  EXPECT_EQ(HostPort("fe80::1%eth0", 7776), "[fe80::1%eth0]:7776");
  EXPECT_EQ(DialTarget("10.0.0.1", 7776), "ipv4:10.0.0.1:7776");
  EXPECT_EQ(DialTarget("fe80::1%eth0", 7776), "ipv6:[fe80::1%25eth0]:7776");
  EXPECT_EQ(PeerHostPort("ipv4:10.0.0.1:4242"), "10.0.0.1:4242");
  EXPECT_EQ(PeerHostPort("ipv6:%5Bfe80::1%25eth0%5D:4242"), "[fe80::1%eth0]:4242");
  EXPECT_EQ(PeerHostPort("unix:/x"), "unix:/x");
}

TEST(AddressTest, PacksOnlyWhatComesBackTheSame) {
  EXPECT_EQ(PackAddress("1.2.3.4"), "\x01\x02\x03\x04");
  EXPECT_EQ(PackAddress("::1").size(), 16u);
  EXPECT_EQ(PackAddress("fe80::1%eth0"), "");
  EXPECT_EQ(PackAddress("0:0::1"), "");
}

}  // namespace
}  // namespace sm::rendezvous
