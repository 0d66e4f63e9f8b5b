package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.circuitbreaker.FleetMode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.jedis.JedisConnectionFactory;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

@ExtendWith(RedisExtension.class)
class RedisFleetStoreTests {

    private RedisServer server;
    private LettuceConnectionFactory lettuce;
    private RedisFleetStore store;

    @BeforeEach
    void connect(RedisServer server) {
        this.server = server;
        lettuce = new LettuceConnectionFactory("127.0.0.1", server.port());
        lettuce.afterPropertiesSet();
        lettuce.start();
        store = new RedisFleetStore(new StringRedisTemplate(lettuce), "resilience", "shop");
    }

    @AfterEach
    void disconnect() {
        lettuce.destroy();
    }

    @Test
    void exchangeShouldReturnTheViewOfTheReport() {
        LimitReport limit = new LimitReport("bulkhead", "database", 100, 40, 1, 100, 0);
        CircuitReport circuit = new CircuitReport(
                "payments", FleetMode.HINT, 500, CircuitReport.State.OPEN, true, Duration.ofMillis(900), false, 1);

        FleetView first = store.exchange(report("a", 1, List.of(limit), List.of(circuit), List.of()));
        FleetView second = store.exchange(report("b", 1, List.of(limit), List.of(circuit), List.of()));

        assertThat(first)
                .isEqualTo(new FleetView(
                        1,
                        first.time(),
                        List.of("a"),
                        List.of(new LimitView("bulkhead", "database", 100, 70, 70, 1)),
                        List.of(new CircuitView("payments", 1, 1, false, false, false, 0, first.time())),
                        List.of(),
                        CommandMark.NONE,
                        false));
        assertThat(second.nodes()).containsExactly("a", "b");
        assertThat(second.limits()).containsExactly(new LimitView("bulkhead", "database", 100, 30, 100, 2));
        assertThat(second.circuits())
                .containsExactly(new CircuitView("payments", 2, 2, true, false, false, 0, second.time()));
    }

    @Test
    void exchangeWhenJedisIsTheClientShouldReturnTheView() {
        JedisConnectionFactory jedis =
                new JedisConnectionFactory(new RedisStandaloneConfiguration("127.0.0.1", server.port()));
        jedis.afterPropertiesSet();
        jedis.start();
        RedisFleetStore other = new RedisFleetStore(new StringRedisTemplate(jedis), "resilience", "shop");

        assertThat(other.exchange(report("a", 1, List.of(), List.of(), List.of()))
                        .nodes())
                .containsExactly("a");
        assertThat(store.exchange(report("b", 1, List.of(), List.of(), List.of()))
                        .nodes())
                .containsExactly("a", "b");
        jedis.destroy();
    }

    @Test
    void commandShouldArriveAsItWasGiven() {
        FleetCommand command = new FleetCommand(
                "circuit-breaker",
                "pay ments:ü{1}",
                "settings",
                Map.of("open-duration", "5 s = long", "note", "", "é%20", "a\nb"),
                "Jo Doe",
                Instant.parse("2026-11-28T12:00:00.123Z"));
        FleetCommand anonymous =
                new FleetCommand("bulkhead", "~", "reset", Map.of(), null, Instant.parse("2026-11-28T12:00:00Z"));

        store.exchange(report("a", 1, List.of(), List.of(), List.of(command, anonymous)));
        FleetView view = store.exchange(report("b", 1, List.of(), List.of(), List.of()));

        assertThat(view.commands())
                .extracting(received -> received.withAge(Duration.ZERO))
                .containsExactly(command.withNumber(1), anonymous.withNumber(2));
    }

    @Test
    void commandWhenRepeatedShouldKeepItsNumber() {
        FleetCommand command = new FleetCommand(
                "circuit-breaker", "x", "force-open", Map.of(), "ops", Instant.parse("2026-11-28T12:00:00Z"));

        store.exchange(report("a", 1, List.of(), List.of(), List.of(command)));
        FleetView view = store.exchange(report("a", 2, List.of(), List.of(), List.of(command)));

        assertThat(view.commands())
                .extracting(received -> received.withAge(Duration.ZERO))
                .containsExactly(command.withNumber(1));
    }

    @Test
    void largeNumbersShouldArriveExactly() {
        long limit = 1_000_000_000_000L;
        LimitReport report = new LimitReport("rate-limiter", "big", limit, limit - 1, 1, limit, 0);

        FleetView view = store.exchange(report("a", 1, List.of(report), List.of(), List.of()));

        assertThat(view.limits()).containsExactly(new LimitView("rate-limiter", "big", limit, limit, limit, 1));
    }

    @Test
    void keysShouldShareAHashTagAndExpire() {
        LimitReport limit = new LimitReport("bulkhead", "x".repeat(500) + " {}:", 100, 40, 1, 100, 0);
        CircuitReport circuit = new CircuitReport(
                "a b", FleetMode.QUORUM, 500, CircuitReport.State.OPEN, true, Duration.ofSeconds(5), true, 1);
        FleetCommand command = new FleetCommand("bulkhead", "x", "reset", Map.of(), null, Instant.EPOCH);

        store.exchange(report("a", 1, List.of(limit), List.of(circuit), List.of(command)));

        Set<String> keys = keys();
        assertThat(keys).hasSize(8).allSatisfy(key -> {
            assertThat(key).startsWith("resilience:{shop}:").hasSizeLessThan(300);
            assertThat((Long) server.command("PTTL", key)).isPositive();
        });
    }

    @Test
    void exchangeOnAClusterShouldStayInOneSlot() {
        try (RedisServer cluster = RedisServer.start("cluster-enabled yes")) {
            cluster.command("CLUSTER", "ADDSLOTSRANGE", "0", "16383");
            awaitClusterOf(cluster);
            LettuceConnectionFactory factory = new LettuceConnectionFactory("127.0.0.1", cluster.port());
            factory.afterPropertiesSet();
            factory.start();
            RedisFleetStore other = new RedisFleetStore(new StringRedisTemplate(factory), "a{b}c", "sh{o}p");
            LimitReport limit = new LimitReport("bulkhead", "{q}", 100, 40, 1, 100, 0);

            assertThat(other.exchange(report("a", 1, List.of(limit), List.of(), List.of()))
                            .limits())
                    .hasSize(1);
            factory.destroy();
        }
    }

    @Test
    void timeShouldNotGoBackWithTheServersClock() {
        TimedStore timed = new TimedStore(new StringRedisTemplate(lettuce), "clock");
        LimitReport limit = new LimitReport("bulkhead", "x", 100, 100, 1, 100, 0);
        timed.exchange(report("a", 1, List.of(limit), List.of(), List.of()), 10_000_000);
        timed.exchange(report("b", 1, List.of(limit), List.of(), List.of()), 10_000_000);

        timed.exchange(report("a", 2, List.of(limit), List.of(), List.of()), 5_000_000);
        FleetView view = timed.exchange(report("a", 3, List.of(limit), List.of(), List.of()), 5_010_001);

        assertThat(view.nodes()).containsExactly("a");
        assertThat(view.limits().get(0).nodes()).isEqualTo(1);
    }

    /** All rows are over then, so the fleet learns again: nobody gets more than it has. */
    @Test
    void stepOfTheServersClockShouldNotExceedTheLimit() {
        TimedStore timed = new TimedStore(new StringRedisTemplate(lettuce), "step");
        long time = 10_000_000;
        for (String node : List.of("a", "b")) {
            timed.exchange(report(node, 1, List.of(limit(60)), List.of(), List.of()), time);
        }

        long later = time + Duration.ofDays(1).toMillis();
        FleetView a = timed.exchange(report("a", 2, List.of(limit(60)), List.of(), List.of()), later);
        FleetView b = timed.exchange(report("b", 2, List.of(limit(40)), List.of(), List.of()), later);

        assertThat(a.limits().get(0).grant()).isEqualTo(60);
        assertThat(b.limits().get(0).grant()).isEqualTo(40);
        assertThat(b.limits().get(0).granted()).isEqualTo(100);
    }

    private static LimitReport limit(long has) {
        return new LimitReport("bulkhead", "x", 100, 100, 1, has, 0);
    }

    @Test
    void exchangeAfterTheScriptsWereFlushedShouldSucceed() {
        store.exchange(report("a", 1, List.of(), List.of(), List.of()));
        server.command("SCRIPT", "FLUSH");

        assertThat(store.exchange(report("a", 2, List.of(), List.of(), List.of()))
                        .number())
                .isEqualTo(2);
    }

    @Test
    void readOnlyReplicaShouldBeReportedWithTheRemedy() {
        server.command("REPLICAOF", "127.0.0.1", "1");

        assertProblem("READONLY", "read-only replica. Configure the primary");
    }

    @Test
    void exhaustedMemoryShouldBeReportedWithTheRemedy() {
        server.command("CONFIG", "SET", "maxmemory", "1");

        assertProblem("OOM", "out of memory. Raise maxmemory");
    }

    @Test
    void deniedScriptShouldBeReportedWithTheRemedy() {
        server.command("ACL", "SETUSER", "default", "-evalsha");

        assertProblem("NOPERM", "Permit the user EVALSHA");
    }

    @Test
    void deniedCommandOfTheScriptShouldNameTheRemedy() {
        server.command("ACL", "SETUSER", "default", "-zadd");

        assertProblem("can't run this command", "Permit the user EVALSHA");
    }

    @Test
    void permissionsOfTheGuideShouldSuffice() throws IOException {
        String guide = Files.readString(Path.of("..", "docs", "guides", "fleet.md"));
        Matcher line =
                Pattern.compile("ACL SETUSER shop on >secret (resetkeys .*)").matcher(guide);
        assertThat(line.find()).isTrue();
        server.command("ACL", ("SETUSER default " + line.group(1)).split(" "));
        LimitReport limit = new LimitReport("bulkhead", "x", 100, 40, 1, 100, 0);
        CircuitReport circuit = new CircuitReport(
                "y", FleetMode.QUORUM, 500, CircuitReport.State.OPEN, true, Duration.ofSeconds(5), true, 1);
        FleetCommand command = new FleetCommand("circuit-breaker", "z", "reset", Map.of(), null, Instant.EPOCH);
        for (String node : List.of("a", "b")) {
            store.exchange(report(node, 1, List.of(limit), List.of(circuit), List.of(command)));
        }

        FleetView view = store.exchange(report("a", 2, List.of(limit), List.of(circuit), List.of()));

        assertThat(view.nodes()).containsExactly("a", "b");
        assertThat(view.circuits().get(0).open()).isTrue();
    }

    /** The row of a node that is gone is to be removed first, which a full server permits. */
    @Test
    void serverWithoutMemoryShouldRejectEachExchange() {
        LimitReport limit = new LimitReport("bulkhead", "x", 100, 40, 1, 100, 0);
        NodeReport gone = new NodeReport(
                "a",
                1,
                0,
                false,
                Duration.ofMillis(200),
                Duration.ofMillis(1),
                1,
                List.of(limit),
                List.of(),
                List.of(),
                CommandMark.NONE);
        store.exchange(report("b", 1, List.of(limit), List.of(), List.of()));
        store.exchange(gone);
        server.command("CONFIG", "SET", "maxmemory", "1");

        for (int number = 2; number < 5; number++) {
            assertProblem("OOM", "Raise maxmemory");
        }
    }

    @Test
    void failureOfTheScriptShouldBeReportedWithTheRemedy() {
        LimitReport limit = new LimitReport("bulkhead", "x", 100, 40, 1, 100, 0);
        store.exchange(report("b", 1, List.of(limit), List.of(), List.of()));
        server.command("HSET", "resilience:{shop}:bulkhead:x", "b", "1 2");

        assertThatThrownBy(() -> store.exchange(report("b", 2, List.of(limit), List.of(), List.of())))
                .isInstanceOf(FleetStoreException.class)
                .hasMessageContaining("The script failed on what it found in the keys of the fleet")
                .hasMessageNotContaining("reachable");
    }

    @Test
    void foreignKeyShouldBeReportedWithTheRemedy() {
        server.command("SET", "resilience:{shop}:nodes", "1");

        assertProblem("WRONGTYPE", "change resilience.fleet.key-prefix");
    }

    @Test
    void serverWithoutScriptsShouldBeReportedWithTheRemedy() {
        try (RedisServer old = RedisServer.start("rename-command EVALSHA \"\"")) {
            LettuceConnectionFactory factory = new LettuceConnectionFactory("127.0.0.1", old.port());
            factory.afterPropertiesSet();
            factory.start();
            store = new RedisFleetStore(new StringRedisTemplate(factory), "resilience", "shop");

            assertProblem("unknown command", "Use Redis 6.2 or later");
            factory.destroy();
        }
    }

    @Test
    void unreachableServerShouldBeReportedWithTheRemedy() {
        server.close();

        assertProblem("did not answer", "Check that the server of spring.data.redis is reachable");
    }

    @Test
    void tooManyInstancesShouldBeRejected() {
        LimitReport limit = new LimitReport("bulkhead", "x", 100, 40, 1, 100, 0);
        List<LimitReport> limits = Stream.generate(() -> limit).limit(1_001).toList();

        assertThatThrownBy(() -> store.exchange(report("a", 1, limits, List.of(), List.of())))
                .isInstanceOf(FleetStoreException.class)
                .hasMessageContaining("1001 limits and circuits")
                .hasMessageContaining("Set scope: node");
    }

    private void assertProblem(String... parts) {
        assertThatThrownBy(() -> store.exchange(report("a", 1, List.of(), List.of(), List.of())))
                .isInstanceOf(FleetStoreException.class)
                .hasMessageStartingWith("Redis ")
                .hasMessageContainingAll(parts)
                .hasCauseInstanceOf(RuntimeException.class);
    }

    @SuppressWarnings("unchecked")
    private Set<String> keys() {
        return ((List<byte[]>) server.command("KEYS", "*"))
                .stream().map(String::new).collect(Collectors.toSet());
    }

    private static void awaitClusterOf(RedisServer cluster) {
        long start = System.nanoTime();
        while (!new String((byte[]) cluster.command("CLUSTER", "INFO")).contains("cluster_state:ok")) {
            assertThat(System.nanoTime() - start).isLessThan(30_000_000_000L);
        }
    }

    private static NodeReport report(
            String node,
            long number,
            List<LimitReport> limits,
            List<CircuitReport> circuits,
            List<FleetCommand> commands) {
        return new NodeReport(
                node,
                number,
                0,
                false,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                1,
                limits,
                circuits,
                commands,
                CommandMark.NONE);
    }
}
