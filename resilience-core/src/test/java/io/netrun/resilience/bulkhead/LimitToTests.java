package io.netrun.resilience.bulkhead;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Permit;
import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A limit that is lowered below the configured one. */
@Timeout(60)
class LimitToTests {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final ManualTicker ticker = new ManualTicker();

    @Test
    void loweredLimitShouldRejectWithTheLimitInForce() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(3).maxQueue(0));
        bulkhead.limitTo(1);
        bulkhead.run(() -> assertThatThrownBy(() -> bulkhead.run(() -> {}))
                .hasMessage("Bulkhead 'test' is full: 1 of 1 calls running, 0 of 0 waiting"));
        assertThat(bulkhead.metrics().maxConcurrent()).isEqualTo(1);
        assertThat(bulkhead.config().maxConcurrent()).isEqualTo(3);
    }

    @Test
    void limitOfZeroShouldQueueCallsUntilItRises() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(2).maxQueue(10));
        bulkhead.limitTo(0);
        List<CompletableFuture<Void>> calls = new ArrayList<>();
        List<CompletableFuture<Void>> bodies = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            CompletableFuture<Void> body = new CompletableFuture<>();
            bodies.add(body);
            calls.add(bulkhead.callAsync(() -> body));
        }
        assertThat(bulkhead.metrics().asyncActive()).isZero();
        assertThat(bulkhead.metrics().asyncQueued()).isEqualTo(4);
        bulkhead.limitTo(1);
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(1);
        bulkhead.limitTo(Integer.MAX_VALUE);
        assertThat(bulkhead.metrics().asyncActive()).isEqualTo(2);
        bodies.forEach(body -> body.complete(null));
        await().atMost(SOON)
                .untilAsserted(() ->
                        assertThat(calls).allSatisfy(call -> assertThat(call).isDone()));
        await().atMost(SOON)
                .untilAsserted(
                        () -> assertThat(bulkhead.metrics().asyncActive()).isZero());
    }

    @Test
    void runningCallsAboveALoweredLimitShouldEndBeforeOthersBegin() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(3).maxQueue(0));
        Permit first = bulkhead.acquirePermit();
        Permit second = bulkhead.acquirePermit();
        bulkhead.limitTo(1);
        assertThat(bulkhead.metrics().syncActive()).isEqualTo(2);
        first.onSuccess();
        assertThat(bulkhead.tryAcquirePermit()).isEmpty();
        second.onSuccess();
        assertThat(bulkhead.tryAcquirePermit()).isPresent();
    }

    @Test
    void changedSettingsShouldKeepTheLowering() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(3));
        bulkhead.limitTo(2);
        bulkhead.reconfigure(c -> c.toBuilder().maxConcurrent(5).build());
        assertThat(bulkhead.metrics().maxConcurrent()).isEqualTo(2);
        bulkhead.reconfigure(c -> c.toBuilder().maxConcurrent(1).build());
        assertThat(bulkhead.metrics().maxConcurrent()).isEqualTo(1);
        bulkhead.limitTo(Integer.MAX_VALUE);
        assertThat(bulkhead.metrics().maxConcurrent()).isEqualTo(1);
    }

    @Test
    void disabledBulkheadShouldHaveNoLimitWhateverItIsLoweredTo() {
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(1).maxQueue(0));
        bulkhead.setEnabled(false);
        bulkhead.limitTo(0);
        Permit permit = bulkhead.acquirePermit();
        bulkhead.setEnabled(true);
        assertThat(bulkhead.tryAcquirePermit()).isEmpty();
        permit.onSuccess();
        assertThat(bulkhead.tryAcquirePermit()).isEmpty();
    }

    @Test
    void negativeLimitShouldBeAnError() {
        assertThatThrownBy(() -> bulkhead(c -> {}).limitTo(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("maxConcurrent is -1: must be at least 0");
    }

    /** Against a model: as many permits as the lower of both limits, and none is lost. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void permitsShouldNeverBeLostOrExceedTheLimitInForce(long seed) {
        Random random = new Random(seed);
        Bulkhead bulkhead = bulkhead(c -> c.maxConcurrent(8).maxQueue(0));
        Deque<Permit> held = new ArrayDeque<>();
        int configured = 8;
        int lowered = Integer.MAX_VALUE;
        for (int step = 0; step < 5_000; step++) {
            switch (random.nextInt(8)) {
                case 0 -> {
                    lowered = random.nextInt(4) == 0 ? Integer.MAX_VALUE : random.nextInt(12);
                    bulkhead.limitTo(lowered);
                }
                case 1 -> {
                    int limit = configured = 1 + random.nextInt(10);
                    bulkhead.reconfigure(c -> c.toBuilder().maxConcurrent(limit).build());
                }
                case 2, 3, 4 -> {
                    if (!held.isEmpty()) {
                        held.pop().onSuccess();
                    }
                }
                default -> {
                    Optional<Permit> permit = bulkhead.tryAcquirePermit();
                    assertThat(permit.isPresent()).isEqualTo(held.size() < Math.min(configured, lowered));
                    permit.ifPresent(held::push);
                }
            }
            assertThat(bulkhead.metrics().syncActive()).isEqualTo(held.size());
        }
    }

    private Bulkhead bulkhead(Consumer<BulkheadConfig.Builder> settings) {
        BulkheadConfig.Builder builder = BulkheadConfig.builder();
        settings.accept(builder);
        return Bulkhead.of("test", builder.build(), ticker);
    }
}
