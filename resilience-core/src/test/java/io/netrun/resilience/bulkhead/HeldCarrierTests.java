package io.netrun.resilience.bulkhead;

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
    void waitOfAVirtualThreadShouldEndAtItsLimit() throws Exception {
        try (ChildJvm child = ChildJvm.startWithOneCarrier(64, HeldCarrier.class)) {
            assertThat(child.awaitOutput())
                    .contains("left while the carrier was busy true, caller "
                            + "io.netrun.resilience.bulkhead.BulkheadFullException")
                    .contains("rejected 1");
        }
    }
}
