package io.netrun.resilience;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;

class SafeLogTests {

    private final List<String> logged = new ArrayList<>();

    @Test
    void logThatThrowsShouldHarmNothing() {
        Logger broken = logger((message, arguments) -> {
            throw new IllegalStateException("appender");
        });
        assertThatCode(() -> SafeLog.error(broken, "{} failed", "x", new IllegalStateException()))
                .doesNotThrowAnyException();
        assertThatCode(() -> SafeLog.warn(broken, "{} failed", "x", new IllegalStateException()))
                .doesNotThrowAnyException();
    }

    @Test
    void argumentThatCannotBeRenderedShouldBeLoggedByItsClass() {
        Logger eager = logger((message, arguments) -> logged.add(message + Arrays.toString(arguments)));
        SafeLog.error(eager, "failed", "x", new Unrenderable());
        SafeLog.warn(eager, "failed", 1);
        assertThat(logged).containsExactly("failed[x, " + Unrenderable.class.getName() + "]", "failed[1]");
    }

    @Test
    void messageShouldBeTakenSafelyAndCut() {
        assertThat(FailureText.messageOf(new Unrenderable()))
                .isEqualTo("(getMessage() threw java.lang.UnsupportedOperationException)");
        assertThat(FailureText.messageOf(new IllegalStateException())).isNull();
        assertThat(FailureText.messageOf(new IllegalStateException("x".repeat(501))))
                .isEqualTo("x".repeat(500));
        assertThat(FailureText.messageOf(new IllegalStateException("x".repeat(499) + "\uD83D\uDE00")))
                .isEqualTo("x".repeat(499));
    }

    private static Logger logger(Sink sink) {
        return (Logger) Proxy.newProxyInstance(
                SafeLogTests.class.getClassLoader(), new Class<?>[] {Logger.class}, (proxy, method, arguments) -> {
                    sink.log((String) arguments[0], (Object[]) arguments[1]);
                    return null;
                });
    }

    @FunctionalInterface
    private interface Sink {

        void log(String message, Object[] arguments);
    }

    private static final class Unrenderable extends RuntimeException {

        private static final long serialVersionUID = 1L;

        @Override
        public String getMessage() {
            throw new UnsupportedOperationException("no message");
        }
    }
}
