package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** What must happen in time does not need a free carrier thread. */
@org.junit.jupiter.api.Timeout(120)
class HeldCarrierTests {

    @Test
    @EnabledForJreRange(min = JRE.JAVA_21)
    void callOfAVirtualThreadShouldEndAtItsLimit() throws Exception {
        try (ChildJvm child = ChildJvm.startWithOneCarrier(64, HeldCarrier.class)) {
            assertThat(child.awaitOutput())
                    .contains("interrupted while the carrier was busy true, caller "
                            + "io.netrun.resilience.timeout.TimeoutExceededException")
                    .contains("timed out 1");
        }
    }
}
