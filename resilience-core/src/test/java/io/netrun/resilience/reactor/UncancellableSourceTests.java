package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netrun.resilience.Guard;
import io.netrun.resilience.bulkhead.Bulkhead;
import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** Publishers whose cancel fails with an {@link OutOfMemoryError}, for example of direct memory. */
@Timeout(60)
class UncancellableSourceTests {

    private final Guard guard = Bulkhead.of("b");

    /** A publisher without elements whose cancel fails some times. */
    private static final class Source implements Publisher<String>, Subscription {

        private final AtomicInteger cancels = new AtomicInteger();
        private final int failures;
        private volatile Runnable beforeFailure = () -> {};
        private volatile @Nullable Subscriber<? super String> subscriber;

        Source(int failures) {
            this.failures = failures;
        }

        @Override
        public void subscribe(Subscriber<? super String> subscriber) {
            this.subscriber = subscriber;
            subscriber.onSubscribe(this);
        }

        @Override
        public void request(long n) {}

        @Override
        public void cancel() {
            if (cancels.incrementAndGet() <= failures) {
                beforeFailure.run();
                throw new OutOfMemoryError("direct memory");
            }
        }

        void end(boolean fails) {
            Subscriber<? super String> present = subscriber;
            if (present != null && fails) {
                present.onError(new CancellationException());
            } else if (present != null) {
                present.onComplete();
            }
        }
    }

    private void leave(Source source, boolean mono) {
        if (mono) {
            ReactorGuard.of(guard).mono(() -> Mono.from(source)).subscribe().dispose();
        } else {
            ReactorGuard.of(guard).flux(() -> Flux.from(source)).subscribe().dispose();
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sourceThatHasCompletedShouldNotBeCancelledAgain(boolean mono) {
        assertCancelsEnd(mono, false);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void sourceThatHasFailedShouldNotBeCancelledAgain(boolean mono) {
        assertCancelsEnd(mono, true);
    }

    private void assertCancelsEnd(boolean mono, boolean fails) {
        Source ended = new Source(Integer.MAX_VALUE);
        leave(ended, mono);
        await().until(() -> ended.cancels.get() > 2);
        ended.end(fails);
        int before = ended.cancels.get();
        Source other = new Source(6);
        leave(other, mono);
        await().until(() -> other.cancels.get() > 6);
        assertThat(ended.cancels.get() - before).isLessThanOrEqualTo(1); // one may have been in progress
    }

    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, true", "false, false"})
    void sourceThatEndsAsItsCancelFailsShouldNotBeCancelledAgain(boolean mono, boolean fails) {
        Source ended = new Source(Integer.MAX_VALUE);
        ended.beforeFailure = () -> ended.end(fails);
        leave(ended, mono);
        Source other = new Source(3);
        leave(other, mono);
        await().until(() -> other.cancels.get() > 3);
        assertThat(ended.cancels).hasValue(1);
    }

    @Test
    void sourceShouldBeCancelledOnceThatIsPossible() {
        Source source = new Source(3);
        leave(source, false);
        await().until(() -> source.cancels.get() == 4);
    }
}
