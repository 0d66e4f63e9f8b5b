package io.netrun.resilience.fallback;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netrun.resilience.test.ManualTicker;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

class FallbackValueTests {

    @Test
    void constantShouldReplaceAnException() throws IOException {
        Fallback fallback = Fallback.of("catalog", c -> c.value("none"));
        String answer = fallback.call(FallbackValueTests::failing);
        assertThat(answer).isEqualTo("none");
        assertThat(fallback.metrics().totalRecovered()).isEqualTo(1);
    }

    @Test
    void constantMayBeNull() throws IOException {
        Fallback fallback = Fallback.of("catalog", c -> c.value(null));
        String answer = fallback.call(FallbackValueTests::failing);
        assertThat(answer).isNull();
    }

    @Test
    void constantShouldReplaceTheFailureOfAFuture() {
        Fallback fallback = Fallback.of("catalog", c -> c.value("none"));
        CompletableFuture<String> call = fallback.callAsync(() -> CompletableFuture.failedFuture(new IOException()));
        assertThat(call).isCompletedWithValue("none");
    }

    @Test
    void errorShouldPassAConstant() {
        Fallback fallback = Fallback.of("catalog", c -> c.value("none"));
        assertThatThrownBy(() -> fallback.call(() -> {
                    throw new AssertionError();
                }))
                .isInstanceOf(AssertionError.class);
    }

    @Test
    void handlerForASubclassShouldComeBeforeAConstant() throws IOException {
        Fallback fallback = Fallback.of(
                "catalog",
                c -> c.value("constant")
                        .handle(IOException.class, failure -> "handler")
                        .handle(Throwable.class, failure -> "last"));
        String ofHandler = fallback.call(FallbackValueTests::failing);
        String ofConstant = fallback.call(() -> {
            throw new IllegalStateException();
        });
        String ofLast = fallback.call(() -> {
            throw new AssertionError();
        });
        assertThat(ofHandler).isEqualTo("handler");
        assertThat(ofConstant).isEqualTo("constant");
        assertThat(ofLast).isEqualTo("last");
    }

    @Test
    void constantBesideAHandlerForEachExceptionShouldBeRejected() {
        FallbackConfig.Builder builder = FallbackConfig.builder().value("none").handle(failure -> "handler");
        assertThatThrownBy(builder::build)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("value is none, but a handler is for every java.lang.Exception");
    }

    @Test
    void staleResultShouldComeBeforeAConstant() throws IOException {
        ManualTicker ticker = new ManualTicker();
        FallbackConfig config = FallbackConfig.builder()
                .stale(Duration.ofMinutes(1))
                .value("none")
                .build();
        Fallback fallback = Fallback.of("catalog", config, ticker);
        AtomicBoolean down = new AtomicBoolean();
        String first = fallback.call(() -> answer(down));
        down.set(true);
        String stale = fallback.call(() -> answer(down));
        ticker.advance(Duration.ofMinutes(1).plusNanos(1));
        String constant = fallback.call(() -> answer(down));
        assertThat(first).isEqualTo("answer");
        assertThat(stale).isEqualTo("answer");
        assertThat(constant).isEqualTo("none");
        assertThat(fallback.metrics().totalStale()).isEqualTo(1);
    }

    @Test
    void changedConstantShouldApplyToTheNextCall() throws IOException {
        Fallback fallback = Fallback.of("catalog", c -> c.value("none"));
        fallback.reconfigure(present -> FallbackConfig.builder().value("later").build());
        String later = fallback.call(FallbackValueTests::failing);
        assertThat(later).isEqualTo("later");
        fallback.reconfigure(present -> FallbackConfig.defaults());
        assertThatThrownBy(() -> fallback.call(FallbackValueTests::failing)).isInstanceOf(IOException.class);
    }

    @Test
    void equalConstantsShouldBeEqualSettings() {
        FallbackValue value = FallbackValue.of("a");
        assertThat(value).isEqualTo(FallbackValue.of("a")).hasSameHashCodeAs(FallbackValue.of("a"));
        assertThat(value).isNotEqualTo(FallbackValue.of(null)).hasToString("a");
        assertThat(FallbackConfig.builder().value("a").build().toBuilder()
                        .build()
                        .value())
                .isEqualTo(value);
    }

    private static String answer(AtomicBoolean down) throws IOException {
        return down.get() ? failing() : "answer";
    }

    private static String failing() throws IOException {
        throw new IOException("down");
    }
}
