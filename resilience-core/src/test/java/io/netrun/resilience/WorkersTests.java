package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.test.ManualTicker;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** What becomes of a task for which no thread can be started. */
class WorkersTests {

    private final ManualTicker ticker = new ManualTicker();
    private final List<Thread> ran = new ArrayList<>();
    private int refusals;

    @Test
    void taskShouldRunAsSoonAsThereIsAThread() {
        refusals = 3;
        Workers.dispatch(this::run, this::execute, ticker);
        ticker.advance(Duration.ofMillis(20));
        assertThat(ran).isEmpty();
        ticker.advance(Duration.ofMillis(10));
        assertThat(ran).hasSize(1);
        assertThat(ticker.scheduledCount()).isZero();
    }

    @Test
    void taskShouldRunAtOnceWhereThereIsAThread() {
        Workers.dispatch(this::run, this::execute, new TimerlessTicker(ticker));
        assertThat(ran).hasSize(1);
    }

    @Test
    void taskWithoutAThreadAndATimerShouldRunOnTheCallingThread() {
        refusals = 1;
        Workers.dispatch(this::run, this::execute, new TimerlessTicker(ticker));
        assertThat(ran).containsExactly(Thread.currentThread());
    }

    private void run() {
        ran.add(Thread.currentThread());
    }

    /** An {@link Executor} that has no thread for the first tasks. */
    private void execute(Runnable task) {
        if (refusals-- > 0) {
            throw new OutOfMemoryError("unable to create native thread");
        }
        task.run();
    }
}
