package shop;

import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.context.annotation.Bean;

@SpringBootApplication
public class Shop {

    public static void main(String[] arguments) {
        SpringApplication.run(Shop.class, arguments);
    }

    @Bean
    Prices prices() {
        return new Prices();
    }

    int price(Prices prices) {
        try {
            return prices.price("apple");
        } catch (CallNotPermittedException e) {
            return 0;
        }
    }
}
