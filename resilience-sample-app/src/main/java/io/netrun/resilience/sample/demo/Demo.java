package io.netrun.resilience.sample.demo;

import io.netrun.resilience.circuitbreaker.CircuitBreakerEvent;
import io.netrun.resilience.retry.RetryEvent;
import io.netrun.resilience.timeout.TimeoutEvent;
import java.time.Clock;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Plays the script on a thread of its own, one performance at a time. */
@Component
class Demo {

    private static final Logger log = LoggerFactory.getLogger(Demo.class);

    private final Visitor visitor;
    private final Pace pace;
    private final DemoProperties properties;
    private final AtomicReference<@Nullable Story> latest = new AtomicReference<>();
    private volatile @Nullable Thread player;

    Demo(Visitor visitor, Pace pace, DemoProperties properties) {
        this.visitor = visitor;
        this.pace = pace;
        this.properties = properties;
    }

    /** Starts a performance; empty if one is on. */
    Optional<Story> start() {
        Story former = latest.get();
        Story story = new Story(Clock.systemUTC());
        if ((former != null && !former.hasEnded()) || !latest.compareAndSet(former, story)) {
            return Optional.empty();
        }
        Thread thread = new Thread(() -> play(story), "demo");
        thread.setDaemon(true);
        player = thread;
        thread.start();
        return Optional.of(story);
    }

    /** The performance that is on, or else the last one. */
    Optional<Story> latest() {
        return Optional.ofNullable(latest.get());
    }

    private void play(Story story) {
        try {
            Script script = new Script(new Stage(visitor, story, pace));
            script.setTheScene();
            story.add("The demo begins. All services are healthy, all breakers are reset.");
            for (Chapter chapter : script.chapters()) {
                story.chapter(chapter.title());
                chapter.scene().play();
                pace.afterChapter(chapter.title());
            }
            story.chapter("The end. Everything is as it was; look around at /actuator/resilience");
        } catch (InterruptedException e) {
            story.add("The demo was stopped.");
        } catch (RuntimeException e) {
            log.error("The demo failed", e);
            story.add("The demo failed: " + e);
        } finally {
            story.end();
        }
    }

    @EventListener(ApplicationReadyEvent.class)
    void startWithApplication() {
        if (properties.onStart()) {
            start();
        }
    }

    /** Runs before the server waits for open requests: those that follow the demo end with it. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        Thread thread = player;
        if (thread != null) {
            thread.interrupt();
        }
    }

    @EventListener
    void on(CircuitBreakerEvent.StateChanged event) {
        aside("breaker '" + event.name() + "': " + kebab(event.from()) + " -> " + kebab(event.to()));
    }

    @EventListener
    void on(RetryEvent.Retrying event) {
        aside("retry '" + event.name() + "': attempt " + event.attempt() + " failed, next one in "
                + event.delay().toMillis() + " ms");
    }

    @EventListener
    void on(RetryEvent.Exhausted event) {
        aside("retry '" + event.name() + "': gave up after attempt " + event.attempts());
    }

    @EventListener
    void on(TimeoutEvent.TimedOut event) {
        aside("timeout '" + event.name() + "': gave up after " + event.limit().toMillis() + " ms");
    }

    private void aside(String text) {
        Story story = latest.get();
        if (story != null && !story.hasEnded()) {
            story.aside(text);
        }
    }

    private static String kebab(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
