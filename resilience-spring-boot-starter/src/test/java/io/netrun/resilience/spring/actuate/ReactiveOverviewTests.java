package io.netrun.resilience.spring.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.server.reactive.HttpHandler;
import org.springframework.http.server.reactive.ReactorHttpHandlerAdapter;
import org.springframework.test.context.TestPropertySource;
import org.springframework.test.web.reactive.server.WebTestClient;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;

/** The same, served by WebFlux. */
@TestPropertySource(properties = "spring.main.web-application-type=reactive")
class ReactiveOverviewTests extends OverviewTests {

    @Autowired
    private HttpHandler handler;

    /** On Spring Boot 3.5, the server of the other tests is Tomcat. */
    @Test
    void answerThatIsKnownShouldEndOnNetty() {
        DisposableServer netty = HttpServer.create()
                .port(0)
                .handle(new ReactorHttpHandlerAdapter(handler))
                .bindNow();
        try {
            WebTestClient client = WebTestClient.bindToServer()
                    .baseUrl("http://localhost:" + netty.port() + "/actuator/resilience/overview")
                    .responseTimeout(Duration.ofSeconds(30))
                    .build();
            HttpHeaders first = client.get()
                    .exchange()
                    .expectStatus()
                    .isOk()
                    .returnResult(String.class)
                    .getResponseHeaders();
            for (int i = 0; i < 3; i++) {
                HttpHeaders known = client.get()
                        .header("If-None-Match", first.getETag())
                        .exchange()
                        .expectStatus()
                        .isEqualTo(HttpStatus.NOT_MODIFIED)
                        .expectBody()
                        .isEmpty()
                        .getResponseHeaders();
                assertThat(known.getETag()).isEqualTo(first.getETag());
                assertThat(known.getContentType()).isNull();
            }
            client.get()
                    .header("If-None-Match", "W/\"other\"")
                    .exchange()
                    .expectStatus()
                    .isOk();
        } finally {
            netty.disposeNow();
        }
    }
}
