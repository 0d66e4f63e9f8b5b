package io.netrun.resilience.reactor;

import static org.assertj.core.api.Assertions.assertThat;

import io.netrun.resilience.bulkhead.Bulkhead;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Mono;
import reactor.util.context.Context;

/** The end of a call reaches its subscriber, also if a step in between fails for want of memory. */
class SubscriberWithoutMemoryTests {

    private @Nullable Throwable received;

    private final class Subscriber extends BaseSubscriber<String> {

        @Override
        protected void hookOnError(Throwable failure) {
            received = failure;
        }
    }

    private static final class Failing extends SubscribedCall<String, String> {

        Failing(BaseSubscriber<String> subscriber) {
            super(subscriber);
        }

        @Override
        void leave() {}

        @Override
        void cancelSources() {}

        @Override
        void onRequest() {}

        @Override
        boolean tryBegin() {
            return true;
        }

        @Override
        void drop(String element) {}

        @Override
        void onEnd(String result, @Nullable Throwable failure) {
            throw new OutOfMemoryError("full");
        }
    }

    @Test
    void subscriberShouldGetAnErrorIfItsEndFails() {
        CompletableFuture<String> source = new CompletableFuture<>();
        new Failing(new Subscriber())
                .start(Bulkhead.of("b"), new MonoCall<>(attempt -> Mono.fromFuture(source), Context.empty(), source));
        source.complete("done");
        assertThat(received).isInstanceOf(OutOfMemoryError.class);
    }
}
