package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TimeoutInterruptsTests {

    private final TimeoutInterrupts outer = TimeoutInterrupts.enter();

    @AfterEach
    void leaveNothingOnTheThread() {
        Thread.interrupted();
    }

    @Test
    void callsWithinEachOtherShouldShareThemUntilTheOutermostHasEnded() {
        assertThat(TimeoutInterrupts.enter()).isSameAs(outer);
        outer.leave();
        assertThat(TimeoutInterrupts.enter()).isSameAs(outer);
        outer.leave();
        outer.leave();
        TimeoutInterrupts next = TimeoutInterrupts.enter();
        assertThat(next).isNotSameAs(outer);
        next.leave();
    }

    @Test
    void foreignInterruptShouldBeLeftAlone() {
        Thread.currentThread().interrupt();
        assertThat(outer.interrupt()).isFalse();
        outer.leave();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void flagShouldStayUntilTheLastInterruptIsTakenBack() {
        assertThat(outer.interrupt()).isTrue();
        assertThat(outer.interrupt()).isTrue();
        outer.clear(0);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        outer.clear(0);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        outer.leave();
    }

    /** One that the waiting thread has cleared, and one that is there now: the limit made one of them. */
    @Test
    void secondInterruptShouldBeLeftToItsUser() {
        assertThat(outer.interrupt()).isTrue();
        outer.clear(1);
        assertThat(Thread.interrupted()).isTrue();
        outer.leave();
    }

    @Test
    void callOnItsCallersThreadShouldLeaveNothingOnIt() {
        outer.leave();
        TimeoutInterrupts[] within = new TimeoutInterrupts[1];
        Timeout.of("test", c -> c.thread(TimeoutThread.CALLER)).run(() -> {
            within[0] = TimeoutInterrupts.enter();
            within[0].leave();
        });
        TimeoutInterrupts afterwards = TimeoutInterrupts.enter();
        assertThat(afterwards).isNotSameAs(within[0]);
        afterwards.leave();
    }
}
