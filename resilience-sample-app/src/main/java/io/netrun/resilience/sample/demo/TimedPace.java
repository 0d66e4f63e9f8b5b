package io.netrun.resilience.sample.demo;

import java.time.Duration;
import org.springframework.stereotype.Component;

/** Pauses for {@code shop.demo.pace} after a step, and twice as long after a chapter. */
@Component
class TimedPace implements Pace {

    private final Duration pause;

    TimedPace(DemoProperties properties) {
        this.pause = properties.pace();
    }

    @Override
    public void afterStep() throws InterruptedException {
        Thread.sleep(pause.toMillis());
    }

    @Override
    public void afterChapter(String title) throws InterruptedException {
        Thread.sleep(pause.multipliedBy(2).toMillis());
    }
}
