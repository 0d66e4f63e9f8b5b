package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.shared.ChildJvm;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Processes and applications that share a real server. */
@ExtendWith(RedisExtension.class)
@Timeout(120)
class FleetProcessTests {

    private static final Duration SOON = Duration.ofSeconds(30);

    /** A busy machine may keep a process from its report for a while. */
    private static final Duration SHORT = Duration.ofSeconds(3);

    private static final Duration LONG = Duration.ofSeconds(20);

    private int port;

    @BeforeEach
    void takePort(RedisServer server) {
        port = server.port();
        server.command("FLUSHALL");
    }

    @AfterEach
    void flush(RedisServer server) {
        server.command("FLUSHALL");
    }

    @Test
    void shareOfAKilledProcessShouldBeFreeAfterItsLease() throws Exception {
        try (ChildJvm process = ChildJvm.start(64, BusyNode.class, Integer.toString(port), "5", SHORT.toString())) {
            assertThat(process.awaitLine("busy")).isTrue();
            try (BusyNode here = new BusyNode(port, "shop", SHORT)) {
                awaitCalls(here, BusyNode.LIMIT / 2);
                long exchanges = here.node.status().exchanges();
                await().atMost(SOON).until(() -> {
                    assertThat(here.tryCall()).isEqualTo(BusyNode.LIMIT / 2);
                    return here.node.status().exchanges() > exchanges + 3;
                });
                process.kill();
                awaitCalls(here, BusyNode.LIMIT);
            }
        }
    }

    @Test
    void stoppedNodeShouldFreeItsPermitsAsItsCallsEnd() {
        try (BusyNode stopping = new BusyNode(port, "shop", LONG);
                BusyNode other = new BusyNode(port, "shop", LONG)) {
            awaitCalls(stopping, BusyNode.LIMIT / 2);
            awaitCalls(other, BusyNode.LIMIT / 2);
            stopping.node.stop();
            long exchanges = other.node.status().exchanges();
            await().atMost(SOON).until(() -> {
                assertThat(other.tryCall()).isEqualTo(BusyNode.LIMIT / 2);
                return other.node.status().exchanges() > exchanges + 3;
            });
            stopping.endCalls();
            awaitCalls(other, BusyNode.LIMIT);
        }
    }

    @Test
    void applicationsOfOneServerShouldShareNothing() {
        try (BusyNode shop = new BusyNode(port, "shop", LONG);
                BusyNode cart = new BusyNode(port, "cart", LONG)) {
            awaitCalls(shop, BusyNode.LIMIT);
            awaitCalls(cart, BusyNode.LIMIT);
        }
    }

    private static void awaitCalls(BusyNode node, int calls) {
        await().atMost(SOON).pollInterval(Duration.ofMillis(20)).until(() -> node.tryCallUpTo(calls) == calls);
    }
}
