package io.netrun.resilience.application;

import io.netrun.resilience.annotation.CircuitBreaker;
import io.netrun.resilience.annotation.Fallback;
import io.netrun.resilience.annotation.Retry;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

/** An application that asks another service, three times at most, and has an answer if there is none. */
@Configuration(proxyBeanMethods = false)
@Import({Stock.Client.class, Stock.Controller.class})
class Stock {

    static class Client {

        private final URI service;

        Client(@Value("${stock.url}") URI service) {
            this.service = service;
        }

        @Fallback(method = "unknown")
        @Retry(name = "stock", maxAttempts = 3, baseDelay = "1ms")
        @CircuitBreaker(name = "stock", failureThreshold = 100)
        public String quantity() throws IOException, InterruptedException {
            HttpResponse<String> answer = HttpClient.newHttpClient()
                    .send(HttpRequest.newBuilder(service).build(), HttpResponse.BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new IOException("status " + answer.statusCode());
            }
            return answer.body();
        }

        String unknown() {
            return "unknown";
        }
    }

    @RestController
    static class Controller {

        private final Client client;

        Controller(Client client) {
            this.client = client;
        }

        @GetMapping("/stock")
        String stock() throws IOException, InterruptedException {
            return client.quantity();
        }
    }
}
