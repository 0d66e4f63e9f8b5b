package io.netrun.resilience.spring.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class CausesTests {

    @Test
    void causesShouldBeInTheirOrder() {
        Throwable inner = new IOException("inner");
        Throwable middle = new IllegalStateException(inner);
        Throwable outer = new IllegalArgumentException(middle);
        assertThat(Causes.of(outer)).containsExactly(outer, middle, inner);
        assertThat(Causes.mostSpecific(outer)).isSameAs(inner);
        assertThat(Causes.mostSpecific(inner)).isSameAs(inner);
    }

    @Test
    void causesThatDoNotEndShouldEnd() {
        class Endless extends RuntimeException {

            @Override
            public synchronized Throwable getCause() {
                return new Endless();
            }
        }
        assertThat(Causes.of(new Endless())).hasSize(64);
        assertThat(Causes.mostSpecific(new Endless())).isInstanceOf(Endless.class);
        Throwable first = new IllegalStateException();
        Throwable second = new IllegalStateException(first);
        first.initCause(second);
        assertThat(Causes.of(first)).hasSize(64).containsOnly(first, second);
    }

    @Test
    void causeThatCannotBeReadShouldBeNone() {
        class Unreadable extends RuntimeException {

            @Override
            public synchronized Throwable getCause() {
                throw new IllegalStateException("getCause");
            }
        }
        Throwable unreadable = new Unreadable();
        assertThat(Causes.of(unreadable)).containsExactly(unreadable);
    }
}
