package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.resource.ClientResources;
import io.lettuce.core.resource.DefaultClientResources;
import io.lettuce.core.resource.Delay;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.data.redis.connection.RedisStandaloneConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceClientConfiguration;
import org.springframework.data.redis.connection.lettuce.LettuceConnectionFactory;
import org.springframework.data.redis.core.StringRedisTemplate;

/** A connection that does not come back. The client would connect again after an hour only. */
@ExtendWith(RedisExtension.class)
@Timeout(120)
class RedisConnectionTests {

    private final ClientResources resources = DefaultClientResources.builder()
            .reconnectDelay(Delay.constant(Duration.ofHours(1)))
            .build();
    private FaultyProxy proxy;
    private RedisServer server;
    private LettuceConnectionFactory lettuce;
    private RedisFleetStore store;
    private long number;

    @BeforeEach
    void connect(RedisServer redis) {
        server = redis;
        proxy = new FaultyProxy(redis.port());
        lettuce = new LettuceConnectionFactory(
                new RedisStandaloneConfiguration("127.0.0.1", proxy.port()),
                LettuceClientConfiguration.builder()
                        .clientResources(resources)
                        .commandTimeout(Duration.ofMillis(500))
                        .build());
        lettuce.afterPropertiesSet();
        lettuce.start();
        store = new RedisFleetStore(new StringRedisTemplate(lettuce), "resilience", "shop");
        exchange(false);
    }

    @AfterEach
    void disconnect() {
        lettuce.destroy();
        proxy.close();
        resources.shutdown();
    }

    @Test
    void nodeShouldBeBackAsSoonAsTheServerIs() {
        proxy.become(FaultyProxy.Mode.NO_LISTENER);
        assertFails();
        assertFails();
        assertFails();
        proxy.become(FaultyProxy.Mode.PASS);
        exchange(false);
        exchange(false);
    }

    @Test
    void silentConnectionShouldBeReplacedAfterTwoFailures() {
        proxy.silenceConnections();
        assertFails();
        exchange(false);
        proxy.silenceConnections();
        assertFails();
        exchange(false);
    }

    @Test
    void scriptThatTheServerForgotShouldBeSentOnTheOwnConnection() {
        proxy.silenceConnections();
        server.command("SCRIPT", "FLUSH");
        assertFails();
        exchange(false);
        server.command("SCRIPT", "FLUSH");
        exchange(false);
    }

    @Test
    void ownConnectionShouldBeClosedWhenTheNodeLeaves() {
        proxy.silenceConnections();
        assertFails();
        long before = clients();
        exchange(false);
        assertThat(clients()).isEqualTo(before + 1);
        exchange(true);
        long start = System.nanoTime();
        while (clients() > before && System.nanoTime() - start < 30_000_000_000L) {
            Thread.onSpinWait();
        }
        assertThat(clients()).isEqualTo(before);
    }

    private long clients() {
        return new String((byte[]) server.command("CLIENT", "LIST")).lines().count();
    }

    private void exchange(boolean leaving) {
        NodeReport report = report(leaving);
        assertThat(store.exchange(report).number()).isEqualTo(report.number());
    }

    private void assertFails() {
        assertThatThrownBy(() -> store.exchange(report(false)))
                .isInstanceOf(FleetStoreException.class)
                .hasMessageContaining("is reachable");
    }

    private NodeReport report(boolean leaving) {
        return new NodeReport(
                "a",
                ++number,
                0,
                leaving,
                Duration.ofSeconds(1),
                Duration.ofSeconds(10),
                1,
                List.of(),
                List.of(),
                List.of(),
                CommandMark.NONE);
    }
}
