package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a full stack interrupts is continued by a later call. */
@Timeout(120)
class FullStackTests {

    @Test
    void eventAfterAStackOverflowShouldArrive() throws Exception {
        try (ChildJvm child = ChildJvm.startInterpreted(64, FullStack.class, "events")) {
            assertThat(child.awaitOutput()).contains("some arrived true, later event true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"waits", "async waits"})
    void rateLimiterShouldServeItsCallersAfterAStackOverflow(String kind) throws Exception {
        try (ChildJvm child = ChildJvm.startInterpreted(64, FullStack.class, kind)) {
            assertThat(child.awaitOutput()).contains("later calls served true, waiting 0");
        }
    }
}
