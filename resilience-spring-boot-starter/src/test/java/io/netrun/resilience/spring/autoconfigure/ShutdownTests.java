package io.netrun.resilience.spring.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.PolicyClosedException;
import io.netrun.resilience.ResilienceRegistry;
import io.netrun.resilience.bulkhead.Bulkhead;
import io.netrun.resilience.bulkhead.BulkheadConfig;
import io.netrun.resilience.bulkhead.BulkheadEvent;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.SmartLifecycle;

/** What becomes of calls when the application ends. */
@ExtendWith(OutputCaptureExtension.class)
class ShutdownTests {

    private static final Duration SOON = Duration.ofSeconds(30);

    private final ApplicationContextRunner runner =
            new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(ResilienceAutoConfiguration.class));

    @Test
    void callThatWaitsShouldFailAndOneThatRunsShouldEndInPeace(CapturedOutput output) throws Exception {
        CompletableFuture<String> inside = new CompletableFuture<>();
        AtomicReference<CompletableFuture<String>> running = new AtomicReference<>();
        AtomicReference<CompletableFuture<String>> waiting = new AtomicReference<>();
        CountDownLatch refused = new CountDownLatch(1);
        CompletableFuture<Void> ended = CompletableFuture.runAsync(() -> runner.run(context -> {
            Bulkhead bulkhead = bulkhead(context.getBean(ResilienceRegistry.class));
            bulkhead.on(BulkheadEvent.Rejected.class, event -> refused.countDown());
            running.set(bulkhead.callAsync(() -> inside));
            waiting.set(bulkhead.callAsync(() -> CompletableFuture.completedFuture("late")));
        }));
        refused.await();
        assertThat(ended).as("the end waits for what runs").isNotDone();
        inside.complete("done");
        assertThat(ended).succeedsWithin(SOON);
        assertThat(running.get()).isCompletedWithValue("done");
        assertThat(waiting.get())
                .failsWithin(SOON)
                .withThrowableThat()
                .withCauseInstanceOf(PolicyClosedException.class);
        assertThat(output).doesNotContain("The application ends while");
    }

    @Test
    void callThatRunsBeyondTheGraceTimeShouldBeTold(CapturedOutput output) {
        runner.withPropertyValues("spring.lifecycle.timeout-per-shutdown-phase=50ms")
                .run(context ->
                        bulkhead(context.getBean(ResilienceRegistry.class)).callAsync(CompletableFuture::new));
        assertThat(output).contains("The application ends while calls are running: 1 in Bulkhead 'reports'");
    }

    @Test
    void instancesShouldBeClosedAfterTheWebServer() {
        runner.run(
                context -> assertThat(context.getBean(ResilienceShutdown.class).getPhase())
                        .isLessThan(SmartLifecycle.DEFAULT_PHASE - 2_048));
    }

    @Test
    void applicationThatIsStartedAgainShouldHaveInstancesThatWait() {
        runner.run(context -> {});
        runner.run(context -> {
            Bulkhead bulkhead = bulkhead(context.getBean(ResilienceRegistry.class));
            CompletableFuture<String> inside = new CompletableFuture<>();
            bulkhead.callAsync(() -> inside);
            CompletableFuture<String> waiting = bulkhead.callAsync(() -> CompletableFuture.completedFuture("ok"));
            inside.complete("done");
            assertThat(waiting).succeedsWithin(SOON).isEqualTo("ok");
        });
    }

    private static Bulkhead bulkhead(ResilienceRegistry registry) {
        return registry.getOrCreate(
                Bulkhead.TYPE,
                "reports",
                BulkheadConfig.builder().maxConcurrent(1).build());
    }
}
