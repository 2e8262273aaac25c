<?php
// Renders one page of a MediaWiki from the command line, as a web server would ask for it.
[, $home, $title] = $argv;
$_SERVER += [
  'HTTP_HOST' => 'mediawiki.example', 'SERVER_NAME' => 'mediawiki.example', 'SERVER_PORT' => 443, 'HTTPS' => 'on',
  'REQUEST_METHOD' => 'GET', 'SERVER_PROTOCOL' => 'HTTP/1.1', 'REMOTE_ADDR' => '127.0.0.1',
  'REQUEST_URI' => '/index.php?title=' . rawurlencode($title), 'QUERY_STRING' => 'title=' . rawurlencode($title),
];
$_SERVER['SCRIPT_NAME'] = '/index.php';
$_GET['title'] = $_REQUEST['title'] = $title;
chdir($home);
require "$home/index.php";
