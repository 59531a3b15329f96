-- Ends a stream that is one endless file once its user may watch no longer.
--
-- nginx asks whether a player may watch before it answers, not while it does. So each worker knows the endless answers
-- that it is giving, asks Lineup about all of them every few seconds, and who may go on no longer gets no further byte.

local EVERY_SECONDS = 10
local PATIENCE_MILLISECONDS = 5000
local REFUSED = "^HTTP/1%.%d 403 "
local QUESTION = "GET /streaming/check HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n"
    .. "X-Original-URI: %s\r\nX-Real-IP: %s\r\nX-Forwarded-For: %s\r\n\r\n"

local given = {} -- the endless answers under way, each with who gets it
local is_asking = false

-- The status line of Lineup's answer about one; nil and why while Lineup is away.
local function told(one)
    local socket = ngx.socket.tcp()
    socket:settimeout(PATIENCE_MILLISECONDS)
    local line
    local is_there, trouble = socket:connect(one.host, one.port)
    if is_there then
        socket:send(QUESTION:format(one.name, one.uri, one.address, one.address))
        line, trouble = socket:receive("*l")
    end
    socket:close()
    return line, trouble
end

-- Ask about all that are watched now, until Lineup is found away: then why.
local function ask()
    local present = {}
    for one in pairs(given) do
        present[#present + 1] = one
    end
    for _, one in ipairs(present) do
        local line, trouble = told(one)
        if not line then
            return trouble
        end
        one.is_refused = line:find(REFUSED) ~= nil
    end
end

-- Look at all that are watched now. While Lineup is away nobody is ended, which the log says once a round.
local function look(is_over)
    if is_over or is_asking then
        return
    end
    is_asking = true
    local _, trouble = pcall(ask)
    is_asking = false
    if trouble then
        ngx.log(ngx.ERR, "Lineup cannot be asked about endless files: ", trouble)
    end
end

-- This answer, as something to ask about.
local function watched()
    local var = ngx.var
    local host, port = var.lineup_gateway:match("^(.+):(%d+)$") -- IPv6 keeps its brackets
    return { host = host, port = tonumber(port), name = var.host, uri = var.request_uri, address = var.remote_addr }
end

local function is_endless()
    local stem = ngx.var.lineup_stem
    return not ngx.is_subrequest and stem and stem ~= "" and stem == ngx.var.lineup_file
end

local endless = {}

-- Let the next bytes pass, or end the answer.
function endless.pass()
    local one = ngx.ctx.lineup
    if not one then
        if not is_endless() then
            return
        end
        one = watched()
        ngx.ctx.lineup, given[one] = one, true
        if not endless.is_looking then
            endless.is_looking = ngx.timer.every(EVERY_SECONDS, look)
        end
    end
    if one.is_refused then
        return ngx.ERROR
    end
end

-- An answer is over.
function endless.forget()
    local one = ngx.ctx.lineup
    if one then
        given[one] = nil
    end
end

return endless
