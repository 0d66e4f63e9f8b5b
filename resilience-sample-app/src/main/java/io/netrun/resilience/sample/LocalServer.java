package io.netrun.resilience.sample;

import java.net.URI;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.event.ApplicationReadyEvent;
import org.springframework.context.event.EventListener;
import org.springframework.core.env.Environment;
import org.springframework.stereotype.Component;

/** Where this application listens. The port is known once the server runs, also when {@code server.port} is 0. */
@Component
public class LocalServer {

    private static final Logger log = LoggerFactory.getLogger(LocalServer.class);

    private final Environment environment;

    LocalServer(Environment environment) {
        this.environment = environment;
    }

    /**
     * An address in this application.
     *
     * @param path absolute, such as {@code /products}
     * @throws IllegalStateException if the server does not run yet
     */
    public URI uri(String path) {
        return URI.create("http://localhost:" + environment.getRequiredProperty("local.server.port") + path);
    }

    @EventListener(ApplicationReadyEvent.class)
    void welcome() {
        log.info("The shop is open: {}", uri("/"));
        log.info("The demo: press the button there, or  curl -N -X POST {}", uri("/demo"));
    }
}
