package io.netrun.resilience.timeout;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class LimitInterruptsTests {

    private final LimitInterrupts outer = LimitInterrupts.enter();

    @AfterEach
    void leaveNothingOnTheThread() {
        Thread.interrupted();
    }

    @Test
    void callsWithinEachOtherShouldShareThemUntilTheOutermostHasEnded() {
        assertThat(LimitInterrupts.enter()).isSameAs(outer);
        outer.leave();
        assertThat(LimitInterrupts.enter()).isSameAs(outer);
        outer.leave();
        outer.leave();
        LimitInterrupts next = LimitInterrupts.enter();
        assertThat(next).isNotSameAs(outer);
        next.leave();
    }

    @Test
    void interruptOfSomebodyElseShouldBeLeftAlone() {
        Thread.currentThread().interrupt();
        assertThat(outer.strike()).isFalse();
        outer.leave();
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void flagShouldStayUntilTheLastInterruptIsTakenBack() {
        assertThat(outer.strike()).isTrue();
        assertThat(outer.strike()).isTrue();
        outer.takeBack(0);
        assertThat(Thread.currentThread().isInterrupted()).isTrue();
        outer.takeBack(0);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        outer.leave();
    }

    /** One that the waiting thread has cleared, and one that is there now: the limit made one of them. */
    @Test
    void secondInterruptShouldBeLeftToItsUser() {
        assertThat(outer.strike()).isTrue();
        outer.takeBack(1);
        assertThat(Thread.interrupted()).isTrue();
        outer.leave();
    }

    @Test
    void callOnItsCallersThreadShouldLeaveNothingOnIt() {
        outer.leave();
        LimitInterrupts[] within = new LimitInterrupts[1];
        Timeout.of("test", c -> c.thread(TimeoutThread.CALLER)).run(() -> {
            within[0] = LimitInterrupts.enter();
            within[0].leave();
        });
        LimitInterrupts afterwards = LimitInterrupts.enter();
        assertThat(afterwards).isNotSameAs(within[0]);
        afterwards.leave();
    }
}
