package io.netrun.resilience.spring.actuate;

import jakarta.servlet.Filter;
import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.ServletRequest;
import jakarta.servlet.ServletResponse;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import org.springframework.web.filter.ShallowEtagHeaderFilter;

/** What Actuator's operations cannot do themselves, in servlet applications: headers, and settings as an object. */
public final class EndpointServletFilter implements Filter {

    private static final int CONTENT_TOO_LARGE = 413;

    private final EndpointPaths paths;
    private final FleetViewAge fleetViewAge;
    private final ShallowEtagHeaderFilter tagged = new ShallowEtagHeaderFilter();

    /**
     * A filter.
     *
     * @param paths where the endpoints are
     * @param fleetViewAge for the overview
     */
    public EndpointServletFilter(EndpointPaths paths, FleetViewAge fleetViewAge) {
        this.paths = paths;
        this.fleetViewAge = fleetViewAge;
        tagged.setWriteWeakETag(true);
    }

    @Override
    public void doFilter(ServletRequest request, ServletResponse response, FilterChain chain)
            throws IOException, ServletException {
        if (request instanceof HttpServletRequest http
                && response instanceof HttpServletResponse answer
                && paths.isOurs(http.getRequestURI())) {
            for (EndpointPaths.HeaderField header : EndpointPaths.HEADERS) {
                answer.setHeader(header.name(), header.value());
            }
            HttpServletRequest own = ServletParameters.hide(http);
            if (mayHaveSettings(own)) {
                byte[] body = own.getInputStream().readNBytes(SettingsBody.MAX_LENGTH + 1);
                if (body.length > SettingsBody.MAX_LENGTH) {
                    answer.sendError(CONTENT_TOO_LARGE);
                } else {
                    chain.doFilter(new Rewritten(own, SettingsBody.flattened(body)), response);
                }
                return;
            }
            if (paths.isOverview(own.getRequestURI())) {
                answer.setHeader("Cache-Control", "no-cache");
                String age = fleetViewAge.seconds();
                if (age != null) {
                    answer.setHeader(FleetViewAge.HEADER, age);
                }
                tagged.doFilter(own, response, chain);
                return;
            }
            chain.doFilter(own, response);
            return;
        }
        chain.doFilter(request, response);
    }

    private boolean mayHaveSettings(HttpServletRequest request) {
        return "POST".equals(request.getMethod())
                && SettingsBody.isJson(request.getContentType())
                && paths.isJson(request.getRequestURI());
    }

    private static final class Rewritten extends HttpServletRequestWrapper {

        private final byte[] body;

        Rewritten(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public int getContentLength() {
            return body.length;
        }

        @Override
        public long getContentLengthLong() {
            return body.length;
        }

        @Override
        public String getHeader(String name) {
            return "Content-Length".equalsIgnoreCase(name) ? String.valueOf(body.length) : super.getHeader(name);
        }

        @Override
        public ServletInputStream getInputStream() {
            return new Body(new ByteArrayInputStream(body));
        }

        @Override
        public BufferedReader getReader() {
            return new BufferedReader(new InputStreamReader(getInputStream(), StandardCharsets.UTF_8));
        }
    }

    private static final class Body extends ServletInputStream {

        private final ByteArrayInputStream bytes;

        Body(ByteArrayInputStream bytes) {
            this.bytes = bytes;
        }

        @Override
        public int read() {
            return bytes.read();
        }

        @Override
        public int read(byte[] target, int offset, int length) {
            return bytes.read(target, offset, length);
        }

        @Override
        public boolean isFinished() {
            return bytes.available() == 0;
        }

        @Override
        public boolean isReady() {
            return true;
        }

        @Override
        public void setReadListener(ReadListener listener) {
            throw new IllegalStateException("The body has been read already");
        }
    }
}
