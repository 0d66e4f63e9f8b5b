package io.netrun.resilience.fleet;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class FleetClockTests {

    private final FleetClock clock = new FleetClock();

    private void observe(long sentAt, long receivedAt, long time) {
        clock.observe(TimeUnit.MILLISECONDS.toNanos(sentAt), TimeUnit.MILLISECONDS.toNanos(receivedAt), time);
    }

    private long at(long moment) {
        return clock.at(TimeUnit.MILLISECONDS.toNanos(moment));
    }

    @Test
    void timeShouldBeUnknownBeforeTheFirstAnswer() {
        assertThat(at(5)).isZero();
    }

    @Test
    void timeShouldBeThatOfTheShortestWay() {
        observe(100, 900, 5_000); // waited for 600 ms on its way
        observe(1_000, 1_002, 5_301);
        observe(2_000, 2_900, 6_700);
        assertThat(at(3_000)).isEqualTo(7_301);
        assertThat(clock.momentOf(7_301)).isEqualTo(TimeUnit.MILLISECONDS.toNanos(3_000));
    }

    @Test
    void timeShouldFollowAClockThatWasChanged() {
        observe(100, 102, 5_000);
        observe(1_100, 1_102, 900_000);
        assertThat(at(1_100)).isEqualTo(900_000);
        observe(2_100, 2_102, 7_000);
        assertThat(at(2_100)).isEqualTo(7_000);
    }

    @Test
    void momentBeforeTheFleetsTimeShouldBeItsBegin() {
        observe(100, 102, 1);
        assertThat(at(0)).isEqualTo(1);
    }
}
