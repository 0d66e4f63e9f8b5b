package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.test.ManualTicker;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** The scope of a call by itself. */
class DeadlineTests {

    private final ManualTicker ticker = new ManualTicker();
    private final List<String> notified = new ArrayList<>();
    private final Deadline outer = Deadline.NONE.within(ticker, 100);
    private final Deadline inner = outer.within(ticker, 50);

    @Test
    void partShouldBeNotifiedOnceByTheFirstScopeThatIsLeft() {
        inner.register(part("a"));
        inner.tryExceed();
        outer.tryExceed();
        outer.tryStop();
        assertThat(notified).containsExactly("a exceeded");
    }

    @Test
    void partThatHasEndedShouldNotBeNotified() {
        Part part = part("a");
        inner.register(part);
        assertThat(part.tryEnd()).isTrue();
        assertThat(part.tryEnd()).isFalse();
        outer.tryExceed();
        assertThat(notified).isEmpty();
    }

    @Test
    void partShouldBeNotifiedAtOnceIfTheScopeWasLeftBefore() {
        outer.tryStop();
        inner.register(part("a"));
        assertThat(notified).containsExactly("a stopped");
    }

    @Test
    void innerScopeShouldNotEndTheOuterOne() {
        outer.register(part("outer"));
        inner.register(part("inner"));
        inner.tryExceed();
        assertThat(notified).containsExactly("inner exceeded");
        assertThat(outer.isOver()).isFalse();
        assertThat(inner.isOver()).isTrue();
    }

    @Test
    void scopeShouldBeLeftInOneWayAlone() {
        inner.tryStop();
        inner.tryExceed();
        inner.end();
        assertThat(inner.isExceeded()).isFalse();
        assertThat(inner.isOver()).isTrue();
    }

    @Test
    void stoppedPartOfAnExceededCallShouldStayStopped() {
        inner.tryStop();
        outer.tryExceed();
        assertThat(inner.isExceeded()).isFalse();
        assertThat(outer.isExceeded()).isTrue();
    }

    @Test
    void endedScopeShouldNotLimitWhatGoesOn() {
        inner.end();
        inner.register(part("a"));
        inner.tryExceed();
        assertThat(notified).isEmpty();
        assertThat(inner.isOver()).isFalse();
        assertThat(inner.remainingNanos()).isEqualTo(100);
        outer.end();
        assertThat(inner.remainingNanos()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void partThatThrowsShouldNotKeepOthersFromBeingNotified() {
        inner.register(part("a"));
        inner.register(new Deadline.InFlight() {

            @Override
            protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
                throw new UnprintableException();
            }
        });
        inner.register(part("b"));
        inner.tryExceed();
        assertThat(notified).containsExactlyInAnyOrder("a exceeded", "b exceeded");
    }

    @Test
    void partThatEndsAnotherShouldNotTakeItsNotice() {
        Part first = part("first");
        inner.register(first);
        inner.register(new Deadline.InFlight() {

            @Override
            protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
                notified.add("taken: " + first.tryEnd());
            }
        });
        inner.tryExceed();
        assertThat(notified).containsExactly("taken: false", "first exceeded");
    }

    @Test
    void failuresOfPartsShouldBeReturned() {
        IllegalStateException failure = new IllegalStateException();
        inner.register(new Deadline.InFlight() {

            @Override
            protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
                failures.accept(failure);
            }
        });
        assertThat(inner.tryExceed()).containsExactly(failure);
        assertThat(inner.tryExceed()).isEmpty();
    }

    @Test
    void millionCallsInOneScopeShouldLeaveNothingInIt() {
        Part longRunning = part("long");
        inner.register(longRunning);
        for (int i = 0; i < 1_000_000; i++) {
            Part part = part("a");
            inner.register(part);
            if (i % 2 == 0) {
                Part beside = part("b");
                inner.register(beside);
                part.tryEnd();
                beside.tryEnd();
            } else {
                part.tryEnd();
            }
        }
        assertThat(inner.countInFlight()).isLessThan(200);
        assertThat(outer.countInFlight()).isLessThan(200);
        outer.tryExceed();
        assertThat(notified).containsExactly("long exceeded");
    }

    @Test
    void threadShouldHaveTheScopeOfItsCallUntilThatIsOver() throws Exception {
        assertThat(Deadline.current()).isSameAs(Deadline.NONE);
        Deadline seen = Layer.DIRECT.call(Deadline::current, inner);
        assertThat(seen).isSameAs(inner);
        assertThat(Deadline.current()).isSameAs(Deadline.NONE);
        List<Deadline> seenWhenOver = Layer.DIRECT.call(
                () -> {
                    inner.tryStop();
                    Deadline around = Deadline.current();
                    outer.tryStop();
                    return List.of(around, Deadline.current());
                },
                inner);
        assertThat(seenWhenOver).containsExactly(outer, Deadline.NONE);
        assertThat(inner.begun()).isEqualTo(2);
    }

    @Test
    void callThatWasGivenUpShouldNotBeWanted() {
        inner.requireWanted();
        outer.tryExceed();
        assertThatThrownBy(inner::requireWanted).isInstanceOf(CancellationException.class);
        Deadline.NONE.requireWanted();
        Deadline.NONE.tryStop();
        Deadline.NONE.end();
        assertThat(Deadline.NONE.isOver()).isFalse();
    }

    private Part part(String name) {
        return new Part(name);
    }

    private final class Part extends Deadline.InFlight {

        private final String name;

        Part(String name) {
            this.name = name;
        }

        @Override
        protected void onOver(boolean exceeded, Consumer<Throwable> failures) {
            notified.add(name + (exceeded ? " exceeded" : " stopped"));
        }
    }
}
