package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a full stack interrupts is continued by a later call. */
@Timeout(120)
class FullStackTests {

    @Test
    void eventAfterAStackOverflowShouldArrive() throws Exception {
        try (ChildJvm child = ChildJvm.startInterpreted(64, FullStack.class)) {
            assertThat(child.awaitOutput()).contains("some arrived true, later event true");
        }
    }
}
