package io.netrun.resilience.ratelimiter;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.ChildJvm;
import java.time.Duration;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A process that stood still, as a suspended container does, while calls were waiting for tokens. */
@org.junit.jupiter.api.Timeout(60)
class StandstillTests {

    /** 20 in a period and the burst of one, and a few that are not quite even; 50 would be those of the standstill. */
    @ParameterizedTest
    @ValueSource(strings = {"sync", "async"})
    @DisabledOnOs(value = OS.WINDOWS, disabledReason = "needs a signal that stops a process")
    void callsShouldNotBeginAllAtOnceAfterIt(String kind) throws Exception {
        try (ChildJvm child = ChildJvm.start(128, StandstillCalls.class, kind)) {
            assertThat(child.awaitLine("waiting")).isTrue();
            child.standStill(Duration.ofMillis(1_500));
            String most = child.awaitOutput().replaceAll("(?s).*most within a period: (\\d+).*", "$1");
            assertThat(Integer.parseInt(most)).isLessThanOrEqualTo(26);
        }
    }
}
