package io.netrun.resilience.sample.customer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PaceTests {

    private final Pace pace = new Pace();
    private long answered;
    private long millis;

    @Test
    void slowTimeShouldNotBecomeUsual() {
        answer(5, 32);
        assertThat(pace.usualMillis()).hasValue(32);
        answer(Pace.DAY - 1, 770);
        assertThat(pace.usualMillis()).hasValue(32);
        answer(1, 30);
        assertThat(pace.usualMillis()).as("as before").hasValue(32);
    }

    @Test
    void longSlowTimeShouldBecomeUsual() {
        answer(5, 32);
        answer(Pace.DAY, 770);
        assertThat(pace.usualMillis()).isEmpty();
        answer(3, 770);
        assertThat(pace.usualMillis()).hasValue(770);
    }

    @Test
    void timeWithoutCustomersShouldNotCount() {
        answer(3, 32);
        for (int i = 0; i < Pace.KEPT; i++) {
            pace.add(new Traffic.Counts(answered, 0, millis));
        }
        assertThat(pace.usualMillis()).hasValue(32);
    }

    @Test
    void usualTimeShouldNotBeKnownAtOnce() {
        answer(2, 32);
        assertThat(pace.usualMillis()).isEmpty();
    }

    private void answer(int samples, long each) {
        for (int i = 0; i < samples; i++) {
            answered += 10;
            millis += 10 * each;
            pace.add(new Traffic.Counts(answered, 0, millis));
        }
    }
}
