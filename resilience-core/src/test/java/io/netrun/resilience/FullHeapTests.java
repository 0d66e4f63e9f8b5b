package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.shared.ChildJvm;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What fails between two steps of a call, such as an allocation while the heap is full, leaves nothing behind. */
@Timeout(120)
class FullHeapTests {

    private static final String MILLISECONDS = System.getProperty("resilience.full-heap", "1000");

    @ParameterizedTest
    @CsvSource({
        "bulkhead, sync",
        "bulkhead, async",
        "limiter, sync",
        "limiter, async",
        "circuit, sync",
        "circuit, async",
        "hedge, sync",
        "hedge, async",
        "retry, sync",
        "retry, async",
        "timeout-caller, sync",
        "timeout-worker, sync",
        "timeout-worker, async",
        "fallback, sync",
        "fallback, async"
    })
    void fullHeapShouldEndEveryCallAndKeepNothing(String pattern, String way) throws Exception {
        try (ChildJvm child = ChildJvm.start(24, FullHeap.class, pattern, way, MILLISECONDS)) {
            assertThat(child.awaitOutput()).contains("hung 0, pending 0, counted 0, later call true");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"bulkhead", "circuit"})
    void firstCallsShouldLoseNothingWhicheverAllocationFails(String pattern) throws Exception {
        try (ChildJvm child = ChildJvm.startWithoutBuffers(12, FirstCallsInAFullHeap.class, pattern, "async")) {
            assertThat(child.awaitOutput()).contains("hung false, pending 0, counted 0");
        }
    }

    @Test
    void firstCancelThatFailsShouldNotThrow() throws Exception {
        try (ChildJvm child = ChildJvm.start(16, FirstCancelInAFullHeap.class)) {
            assertThat(child.awaitOutput()).contains("thrown null");
        }
    }

    @Test
    void eventsBehindAListenerThatBlocksShouldNotFillTheHeap() throws Exception {
        try (ChildJvm child = ChildJvm.start(64, BlockedListener.class)) {
            assertThat(child.awaitOutput()).contains("first kept true, some dropped true, retries 2001");
        }
    }
}
