package io.netrun.resilience.hedge;

import static org.awaitility.Awaitility.await;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** A hedge whose time is turned by hand, and the futures of the attempts made through it, in their order. */
final class HedgedAttempts {

    static final Duration DELAY = Duration.ofMillis(100);

    final ManualTicker ticker = new ManualTicker();
    final List<CompletableFuture<String>> attempts = new CopyOnWriteArrayList<>();

    Hedge hedge(Consumer<HedgeConfig.Builder> settings) {
        HedgeConfig.Builder builder = HedgeConfig.builder().delay(DELAY);
        settings.accept(builder);
        return Hedge.of("test", builder.build(), ticker);
    }

    CompletableFuture<String> attempt() {
        CompletableFuture<String> attempt = new CompletableFuture<>();
        attempts.add(attempt);
        return attempt;
    }

    /** Advances the time by the delay and waits for the attempt that begins then. */
    void passDelay(int expected) {
        ticker.advance(DELAY);
        await().until(() -> attempts.size() == expected);
    }
}
